"""A class on several machines: values, image and page say the same, and promise what is measured.

The chart's own schema is asked by the nightly workflow: the chart is not a package of ours.
"""

import re

import yaml

from classroom import image, measure
from classroom.rehearsal import ROOT

VALUES = yaml.safe_load((ROOT / "classroom" / "kubernetes" / "values.yaml").read_text("utf-8"))
PAGE = measure.KUBERNETES.read_text(encoding="utf-8")
STUDENT, STEPS = VALUES["singleuser"], image.steps()


def test_a_student_is_promised_what_was_measured_and_the_page_counts_with_it():
    measured = measure.between(measure.PAGE.read_text(encoding="utf-8"), "measured")
    two, every, busy = measure.promised(measured)
    assert STUDENT["memory"]["guarantee"] == f"{two}M" and STUDENT["cpu"]["guarantee"] == busy
    plain, roomy = STUDENT["profileList"]
    assert plain["default"] and "kubespawner_override" not in plain
    assert roomy["kubespawner_override"]["mem_guarantee"] == f"{every}M"
    assert two < 1024 * int(STUDENT["memory"]["limit"].removesuffix("G"))
    assert every < 1024 * int(roomy["kubespawner_override"]["mem_limit"].removesuffix("G"))
    assert measure.between(PAGE, "nodes") == measure.nodes(measured)


def test_the_pages_example_is_reckoned_right_with_the_tables_nodes():
    ((sum_, found),) = re.findall(r"^    ([\d.×+ ]+) = +([\d.]+)$", PAGE, re.MULTILINE)
    parts = [[float(factor) for factor in part.split("×")] for part in sum_.split("+")]
    nodes, price, hours, lessons = parts[0]
    disks, month, months = parts[2]
    assert f"| 4, 32 | 38 | {nodes:.0f} |" in PAGE and (hours, lessons, disks) == (3, 24, 300)
    total = nodes * price * hours * lessons + parts[1][0] * parts[1][1] + disks * month * months
    assert parts[1][1] == 12 * 7 * 24 and total == float(found)


def over(values, own):
    """Return what helm makes of two files: the second may only name what the first has."""
    if not isinstance(own, dict):
        return own
    assert own.keys() <= values.keys()
    return {key: over(values[key], own[key]) if key in own else values[key] for key in values}


def test_nobody_logs_in_before_the_pages_file_has_replaced_every_fill_in():
    (own,) = re.findall(r"^   ```yaml\n(.*?)```", PAGE, re.DOTALL | re.MULTILINE)
    assert "fill-in" not in str(over(VALUES, yaml.safe_load(own)))
    config = VALUES["hub"]["config"]
    assert "allow_all" not in str(config) and "assword" not in str(config)
    assert config["Authenticator"]["allowed_users"] == ["fill-in-student"]
    login = config[
        {"generic-oauth": "GenericOAuthenticator"}[config["JupyterHub"]["authenticator_class"]]
    ]
    for name in ("client_id", "client_secret", "authorize_url", "token_url", "userdata_url"):
        assert "fill-in" in login[name]


def test_the_values_fit_the_image_and_the_other_hub():
    dockerfile = dict(STEPS)  # the last of each: those of the stage `student`
    assert dockerfile["RUN"].endswith(f"--uid {STUDENT['uid']} student")
    assert f"--home-dir {STUDENT['storage']['homeMountPath']} " in dockerfile["RUN"]
    assert dockerfile["WORKDIR"] == STUDENT["storage"]["homeMountPath"]
    assert dockerfile["USER"] == "student" and STUDENT["fsGid"] == STUDENT["uid"]
    assert f'["sh", "{STUDENT["cmd"][1]}"' in dockerfile["CMD"]
    settings = (ROOT / "classroom" / "jupyterhub_config.py").read_text(encoding="utf-8")
    assert f'default_url = "{STUDENT["defaultUrl"]}"' in settings
    for flag in VALUES["hub"]["config"]["KubeSpawner"]["args"]:
        name, value = flag.split("=")
        assert f'"{flag}"' in settings or (value.isdigit() and f'"{name}=' in settings)


def test_the_image_is_built_from_what_is_here_and_its_students_are_not_root():
    copied = {name for word, rest in STEPS if word == "COPY" for name in rest.split()[:-1]}
    assert not [name for name in copied if not (ROOT / name).exists()]
    needed = {".jupyter", "pyproject.toml", "requirements.lock", "README.md", "LICENSE"}
    needed |= {"chapters", "classroom", "common", "dataset", "docs"}
    needed |= {"exercises", "locale", "panels"}
    assert needed <= copied
    assert any("classroom/install.sh" in rest for word, rest in STEPS if word == "RUN")
    text = (ROOT / "classroom" / "Dockerfile").read_text(encoding="utf-8")
    assert "CLASS_PASSWORD" not in text, "a password in an image is a password for all"
    named = set(re.findall(r"--target (\w+)", PAGE + measure.PAGE.read_text(encoding="utf-8")))
    assert named <= set(re.findall(r"^FROM .* AS (\w+)$", text, re.MULTILINE))
    _, hub = text.split(" AS hub\n")
    assert "\nCMD " in hub and "\nHEALTHCHECK " in hub
