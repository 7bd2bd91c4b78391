// How a typed number is read: 1.5 and 1,5, 1/3, 1e-3, and −2 with the minus sign of a printed page.
// NaN for all else, and for 1,500, which is 1.5 to some readers and 1500 to others.

const MAYBE_THOUSANDS = /^[+-]?[1-9]\d{0,2}(,\d{3})+$/;
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

function read_number(text) {
  const plain = text.replace(/\s+/g, "").replace(/[−–]/g, "-");
  const parts = plain.split("/").map((part) => {
    if (MAYBE_THOUSANDS.test(part)) return NaN;
    const decimal = part.replace(",", ".");
    return DECIMAL.test(decimal) ? Number(decimal) : NaN;
  });
  const value = parts.length === 1 ? parts[0] : parts.length === 2 ? parts[0] / parts[1] : NaN;
  return Number.isFinite(value) ? value : NaN;
}
