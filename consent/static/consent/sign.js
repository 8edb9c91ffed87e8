// What a browser can add to the signing page: the zone of its clock, and a name drawn by hand. The page works without it.
"use strict";

const SCALE = 1000; // strokes are whole numbers 0..1000, so that any screen's drawing reads the same
const MOST = 20000; // bytes; more is not a name

for (const field of document.querySelectorAll("[data-zone]")) {
  field.value = Intl.DateTimeFormat().resolvedOptions().timeZone || "";
}

function drawing(box) {
  const canvas = box.querySelector("canvas");
  const field = box.querySelector("input[name=drawn]");
  const clear = box.querySelector("button");
  const pen = canvas.getContext("2d");
  let strokes = [];
  let stroke = null;

  function at(event) {
    const frame = canvas.getBoundingClientRect();
    const part = (value, length) => Math.max(0, Math.min(SCALE, Math.round((value / length) * SCALE)));
    return [part(event.clientX - frame.left, frame.width), part(event.clientY - frame.top, frame.height)];
  }

  function line(from, to) {
    pen.lineWidth = 5;
    pen.lineCap = "round";
    pen.strokeStyle = getComputedStyle(canvas).color;
    pen.beginPath();
    pen.moveTo((from[0] / SCALE) * canvas.width, (from[1] / SCALE) * canvas.height);
    pen.lineTo((to[0] / SCALE) * canvas.width, (to[1] / SCALE) * canvas.height);
    pen.stroke();
  }

  canvas.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    stroke = [at(event)];
    strokes.push(stroke);
    line(stroke[0], stroke[0]);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!stroke) return;
    const point = at(event);
    const last = stroke[stroke.length - 1];
    if (Math.abs(point[0] - last[0]) + Math.abs(point[1] - last[1]) < 4) return;
    if (JSON.stringify(strokes).length + 20 > MOST) return;
    stroke.push(point);
    line(last, point);
  });
  for (const end of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(end, () => {
      stroke = null;
      field.value = strokes.length ? JSON.stringify(strokes) : "";
      clear.hidden = !strokes.length;
    });
  }
  clear.addEventListener("click", () => {
    strokes = [];
    field.value = "";
    clear.hidden = true;
    pen.clearRect(0, 0, canvas.width, canvas.height);
  });
  box.hidden = false;
}

document.querySelectorAll("[data-draw]").forEach(drawing);
