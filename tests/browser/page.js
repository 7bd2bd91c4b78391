// What the browser's tests ask of a page in JupyterLab: lab.py adds it to each.

window.lab = {
    // ---- the notebook

    prompts: () => [...document.querySelectorAll('.jp-NotebookPanel .jp-CodeCell .jp-InputPrompt')]
        .map(prompt => parseInt(prompt.textContent.trim().slice(1))),

    errors: () => [...document.querySelectorAll('[data-mime-type*=error]')]
        .map(each => each.textContent.slice(0, 500)),

    dialogs: () => [...document.querySelectorAll('.jp-Dialog-content')]
        .map(each => each.textContent.slice(0, 500)),

    // What the page knows of its notebook's kernel.
    kernel() {
        const kernel = window.jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel;
        return [kernel?.connectionStatus, kernel?.status];
    },

    allCellsRan() {
        const prompts = this.prompts();
        const status = document.querySelector('.jp-Notebook-ExecutionIndicator')?.dataset.status;
        return prompts.length > 0 && prompts.every((number, i) => number === prompts[0] + i)
            && status === 'idle';
    },

    // [number of the cell, kind of output or name of stream]
    outputs: () => [...window.jupyterapp.shell.currentWidget.content.model.cells].flatMap(
        (cell, i) => (cell.toJSON().outputs ?? []).map(
            output => [i, output.name ?? output.output_type])),

    cellsWithPanel: () => [...document.querySelectorAll('.jp-Notebook .jp-Cell')].flatMap(
        (cell, i) => cell.querySelector('.panel') ? [i] : []),

    // ---- a panel

    state(panel) {
        const text = name => panel.querySelector(name)?.textContent.trim() ?? '';
        return {
            picture: panel.querySelector('.panel-picture img')?.dataset.mark ?? '',
            sentence: text('.panel-sentence'),
            message: text('.panel-message'),
            progress: text('.panel-progress'),
            button: text('.panel-run'),
        };
    },

    // Does it differ from `before` in one of these parts?
    changed(panel, before, parts) {
        const now = this.state(panel);
        return parts.some(part => now[part] !== before[part]);
    },

    says(panel, words) {
        const now = this.state(panel);
        return Object.keys(words).every(part => now[part].includes(words[part]));
    },

    // A kernel works in order, and tells when it is done: what was sent before has been dealt with
    // by then, and what ipywidgets held back meanwhile by the time that it is done again. It has a
    // thread, a subshell, for the messages of widgets; in each thread it works in order.
    async heard() {
        const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
        const known = window.threadsOfKernel ??= {};
        let threads = known[kernel.id] ?? [null];
        if (kernel.supportsSubshells && threads.length === 1) {
            const reply = await kernel.requestListSubshell({}).done;
            threads = known[kernel.id] = [null, ...reply.content.subshell_id];
        }
        await Promise.all(threads.map(thread => kernel.sendShellMessage({
            channel: 'shell', content: {}, metadata: {}, parent_header: {}, buffers: [],
            header: {
                msg_id: crypto.randomUUID(), msg_type: 'comm_info_request', version: '5.4',
                session: kernel.clientId, username: '', date: new Date().toISOString(),
                ...(thread ? {subshell_id: thread} : {}),
            },
        }, true).done));
    },

    // What it shows once everything that was asked for has come.
    async settled(panel) {
        let before = null;
        for (let quiet = 0; quiet < 2; quiet++) {
            await this.heard();
            await new Promise(done => requestAnimationFrame(() => setTimeout(done)));
            const now = this.state(panel);
            if (!before || Object.keys(now).some(part => now[part] !== before[part])) quiet = 0;
            before = now;
        }
        return before;
    },

    // A control's name, as a screen reader says it.
    nameOf: element => element.getAttribute('aria-label')
        || element.labels?.[0]?.textContent.trim() || element.textContent.trim(),

    // Of the picture: width, height, how many colours, how long the words for it are.
    async look(panel) {
        const image = panel.querySelector('.panel-picture img');
        await image.decode();
        const canvas = document.createElement('canvas');
        [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
        const context = canvas.getContext('2d');
        context.drawImage(image, 0, 0);
        const pixels = new Uint32Array(
            context.getImageData(0, 0, canvas.width, canvas.height).data.buffer);
        return [image.naturalWidth, image.naturalHeight, new Set(pixels).size,
                image.alt.trim().length];
    },

    // Words beside the picture with less than 24 pixels.
    smallWords: panel => [...panel.querySelectorAll(
        '.panel-title strong, .widget-label, .widget-readout, select, .panel-sentence div')]
        .filter(each => each.checkVisibility() && each.textContent.trim()
            && parseFloat(getComputedStyle(each).fontSize) < 24)
        .map(each => each.textContent.trim().slice(0, 40)),

    async isSharp(panel) {
        const mime = () => panel.querySelector('.panel-picture img').dataset.mime;
        for (let tries = 0; tries < 100 && mime() === 'image/png'; tries++)
            await new Promise(done => setTimeout(done, 50));
        return mime() === 'image/svg+xml';
    },

    // ---- for test_other_browsers.py

    // All cells, as soon as the notebook of this path has a kernel.
    async runAll(path) {
        while (!this.isOpen(path)) await new Promise(done => setTimeout(done, 100));
        await window.jupyterapp.shell.currentWidget.sessionContext.ready;
        return window.jupyterapp.commands.execute('notebook:run-all-cells');
    },

    // As above, and what is out of sight has come, too, which it does cell by cell.
    allPanelsDrawn: (...titles) => lab.allCellsRan() && titles.every(
        title => lab.panel(title)?.querySelector('.panel-picture img')),

    panel: title => [...document.querySelectorAll('.jp-OutputArea .panel')].find(
        panel => panel.getAttribute('aria-label') === title),

    // Where a control of a panel is that has come into sight and has the focus: of a slider the
    // track, of a picture the area that can be touched.
    async reach(title, name) {
        const kinds = 'button, input, select, canvas, [contenteditable], .noUi-handle, .panel-touch';
        const control = [...this.panel(title).querySelectorAll(kinds)].find(
            each => each.checkVisibility() && this.nameOf(each).startsWith(name));
        control.scrollIntoView({block: 'center'});
        control.focus();
        await new Promise(done => requestAnimationFrame(() => setTimeout(done, 50)));
        return (control.closest('.noUi-base') ?? control).getBoundingClientRect().toJSON();
    },

    words: title => [...lab.panel(title).querySelectorAll(
        '.panel-sentence, .panel-progress, .panel-tip:not([hidden])')]
        .map(each => each.textContent).join(' '),

    widths: title => [lab.panel(title).clientWidth, lab.panel(title).querySelector('img').width],

    allLooks: () => Promise.all([...document.querySelectorAll('.jp-OutputArea .panel')].map(
        async panel => [panel.getAttribute('aria-label'), await lab.isSharp(panel), await lab.look(panel)])),

    // ---- read by everybody

    async violations() {
        const found = await axe.run(
            {include: [['.panel'], ['.verdict']]}, {resultTypes: ['violations']});
        return found.violations
            .filter(each => ['serious', 'critical'].includes(each.impact))
            .flatMap(each => each.nodes.map(
                node => `${each.id}: ${node.html.slice(0, 160)} ${node.failureSummary}`));
    },

    // This file is what JupyterLab shows, and it has come.
    isOpen(path) {
        const shown = window.jupyterapp?.shell?.currentWidget?.context;
        return shown?.path === path && shown.isReady;
    },

    // Click a link of a notebook's cell: the one with so many links before it.
    async follow(path, cell, place) {
        const shown = await jupyterapp.commands.execute('docmanager:open', {path});
        await shown.context.ready;
        await shown.content.scrollToItem(cell);
        const link = () => shown.node.querySelectorAll(
            `[data-windowed-list-index="${cell}"] .jp-RenderedMarkdown `
            + 'a[href]:not(.jp-InternalAnchorLink)')[place];
        while (!link()?.href.includes('_xsrf')) {  // the page still asks where the file is
            await new Promise(done => setTimeout(done, 20));
        }
        link().click();
    },

    // The handle of a slider is seen by its line or by its own colour: 3 to 1 at least
    // (WCAG 1.4.11).
    faintHandles() {
        const numbers = colour => (colour.match(/[0-9.]+/g) ?? [0, 0, 0, 0]).map(Number);
        const light = colour => {
            const part = numbers(colour).slice(0, 3).map(each => each / 255).map(
                each => each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4);
            return 0.2126 * part[0] + 0.7152 * part[1] + 0.0722 * part[2] + 0.05;
        };
        const behind = element => {
            const colour = getComputedStyle(element).backgroundColor;
            return numbers(colour)[3] === 0 ? behind(element.parentElement) : colour;
        };
        return [...document.querySelectorAll('.panel .noUi-handle')].flatMap(handle => {
            const style = getComputedStyle(handle), page = light(behind(handle.closest('.panel')));
            const best = Math.max(...[style.borderTopColor, style.backgroundColor].map(light).map(
                each => Math.max(each, page) / Math.min(each, page)));
            return best >= 3 ? [] : [`${handle.ariaLabel}: ${best}`];
        });
    },

    // What sticks out of its panel, or shows less than it holds.
    cutOff(panel) {
        const wrong = [];
        const box = panel.getBoundingClientRect();
        const page = panel.closest('.jp-OutputArea-output').getBoundingClientRect();
        if (box.right > page.right + 1) wrong.push(`the panel: ${box.right} > ${page.right}`);
        const image = panel.querySelector('.panel-picture img');
        if (!(image.clientWidth > 150 && image.clientHeight > 60))
            wrong.push(`the picture: ${image.clientWidth} by ${image.clientHeight}`);
        if (image.clientWidth < 0.75 * image.getAttribute('width'))
            wrong.push(`the picture's print: ${image.clientWidth} of ${image.getAttribute('width')} pixels`);
        let frame = image; // or what it can be moved in
        for (let each = image; each !== panel; each = each.parentElement)
            if (/auto|scroll/.test(getComputedStyle(each).overflowX)) { frame = each; break; }
        const shown = frame.getBoundingClientRect();
        if (shown.right > box.right + 1 || shown.right > page.right + 1)
            wrong.push(`the picture ends at ${shown.right} > ${box.right}`);
        for (const slider of panel.querySelectorAll('.widget-hslider')) {
            if (!slider.checkVisibility()) continue;
            const track = slider.querySelector('.slider-container').getBoundingClientRect();
            const value = slider.querySelector('.widget-readout').getBoundingClientRect();
            if (value.left < track.right - 1 || value.top > track.bottom)
                wrong.push(`"${slider.textContent.trim()}": its number is not beside it`);
        }
        const pen = document.createElement('canvas').getContext('2d');
        const parts = '.panel-title, .panel-controls *, .panel-sentence, .panel-message, '
            + '.panel-progress *';
        for (const part of panel.querySelectorAll(parts)) {
            if (!part.checkVisibility() || part.closest('.noUi-target')) continue;
            const style = getComputedStyle(part), place = part.getBoundingClientRect();
            const name = `${part.className || part.tagName} "${part.textContent.trim().slice(0, 30)}"`;
            if (place.width === 0 || place.height === 0) continue;
            if (place.right > box.right + 1 || place.left < box.left - 1)
                wrong.push(`${name}: ${place.left} to ${place.right} in ${box.left} to ${box.right}`);
            const clips = style.overflowX !== 'visible';
            if (clips && part.matches('.widget-label, .widget-readout, button, .widget-html-content')
                && part.scrollWidth > part.clientWidth + 1)
                wrong.push(`${name}: ${part.scrollWidth} wide in ${part.clientWidth}`);
            if (part.matches('select')) {
                pen.font = style.font;
                const widest = Math.max(...[...part.options].map(o => pen.measureText(o.text).width));
                const room = part.clientWidth - parseFloat(style.paddingLeft) - 18;
                if (widest > room + 1) wrong.push(`${name}: ${widest} wide in ${room}`);
            }
        }
        return wrong;
    },
};
