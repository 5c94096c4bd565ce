// Which items are chosen, to be decided about together.
const names = new Set();
let anchor = null;

export const selection = {
  get size() {
    return names.size;
  },
  has: (name) => names.has(name),
  all: () => [...names],

  toggle(name) {
    if (!names.delete(name)) names.add(name);
    anchor = name;
  },

  // Chooses all from the one that was chosen last to this one, in the order they are shown in.
  upTo(name, order) {
    const from = order.indexOf(anchor ?? name);
    const to = order.indexOf(name);
    if (from < 0) anchor = name;
    const [first, last] = from < 0 ? [to, to] : [Math.min(from, to), Math.max(from, to)];
    for (const between of order.slice(first, last + 1)) names.add(between);
    anchor ??= name;
  },

  // Where a range begins that is chosen with Shift.
  startAt(name) {
    if (!names.size) anchor = name;
  },

  // What is not shown is not decided about unseen.
  only(order) {
    const shown = new Set(order);
    for (const name of names) if (!shown.has(name)) names.delete(name);
    if (!shown.has(anchor)) anchor = null;
  },

  clear() {
    names.clear();
    anchor = null;
  },
};
