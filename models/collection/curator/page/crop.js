// A dialog to draw a rectangle on a page, by mouse, touch or keyboard.
const byId = (id) => document.getElementById(id);
const dialog = byId("crop");
const desk = byId("desk");
const sheet = byId("sheet");
const frame = byId("box");
const SMALLEST_PX = 8;
const LARGEST_ZOOM = 3;
let box = { left: 0, top: 0, right: 1, bottom: 1 };

const limit = (value, low, high) => Math.min(Math.max(value, low), high);

function setBox(wanted) {
  const width = sheet.naturalWidth;
  const height = sheet.naturalHeight;
  const left = limit(Math.round(Math.min(wanted.left, wanted.right)), 0, width - SMALLEST_PX);
  const top = limit(Math.round(Math.min(wanted.top, wanted.bottom)), 0, height - SMALLEST_PX);
  box = {
    left,
    top,
    right: limit(Math.round(Math.max(wanted.left, wanted.right)), left + SMALLEST_PX, width),
    bottom: limit(Math.round(Math.max(wanted.top, wanted.bottom)), top + SMALLEST_PX, height),
  };
  frame.style.left = `${(100 * box.left) / width}%`;
  frame.style.top = `${(100 * box.top) / height}%`;
  frame.style.width = `${(100 * (box.right - box.left)) / width}%`;
  frame.style.height = `${(100 * (box.bottom - box.top)) / height}%`;
  byId("numbers").value =
    `${box.right - box.left} × ${box.bottom - box.top} px at ${box.left}, ${box.top}`;
}

function move(across, down) {
  const width = box.right - box.left;
  const height = box.bottom - box.top;
  const left = limit(box.left + across, 0, sheet.naturalWidth - width);
  const top = limit(box.top + down, 0, sheet.naturalHeight - height);
  setBox({ left, top, right: left + width, bottom: top + height });
}

// As large as the window allows, in the page's own proportions.
function fitSheet() {
  const { naturalWidth: width, naturalHeight: height } = sheet;
  const zoom = Math.min(
    (0.88 * window.innerWidth) / width,
    (0.66 * window.innerHeight) / height,
    LARGEST_ZOOM,
  );
  sheet.style.width = `${Math.round(width * zoom)}px`;
  sheet.style.height = `${Math.round(height * zoom)}px`;
}

function pointOnPage(event) {
  const shown = sheet.getBoundingClientRect();
  const scale = sheet.naturalWidth / shown.width;
  return { x: (event.clientX - shown.left) * scale, y: (event.clientY - shown.top) * scale };
}

window.addEventListener("resize", fitSheet);

desk.addEventListener("pointerdown", (down) => {
  if (down.button !== 0) return;
  down.preventDefault();
  desk.focus();
  desk.setPointerCapture(down.pointerId);
  const start = pointOnPage(down);
  const before = { ...box };
  const corner = down.target.dataset?.corner?.split(" ");
  const drag = (event) => {
    const { x, y } = pointOnPage(event);
    if (corner) {
      setBox({ ...before, [corner[0]]: x, [corner[1]]: y });
    } else if (down.target === frame) {
      setBox(before);
      move(x - start.x, y - start.y);
    } else {
      setBox({ left: start.x, top: start.y, right: x, bottom: y });
    }
  };
  const end = () => desk.removeEventListener("pointermove", drag);
  desk.addEventListener("pointermove", drag);
  desk.addEventListener("pointerup", end, { once: true });
  desk.addEventListener("pointercancel", end, { once: true });
});

desk.addEventListener("keydown", (event) => {
  const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  if (by) {
    const pace = Math.max(1, Math.round(sheet.naturalWidth / 200));
    const [across, down] = by.map((step) => step * pace);
    if (event.shiftKey) setBox({ ...box, right: box.right + across, bottom: box.bottom + down });
    else move(across, down);
  } else if (event.key === "Enter") {
    dialog.close("save");
  } else {
    return;
  }
  event.preventDefault();
});

// Lets the curator draw; gives the box in pixels of the page, or null where cancelled.
export async function chooseBox(title, item) {
  byId("crop-title").textContent = title;
  sheet.src = `/api/pages/${encodeURIComponent(item.item)}`;
  await sheet.decode();
  fitSheet();
  dialog.returnValue = "";
  dialog.showModal();
  setBox(item);
  desk.focus();
  await new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
  return dialog.returnValue === "save" ? { ...box } : null;
}
