/** Before and after: a divider between two images, and a selected pixel. Runs in the browser. */

/**
 * Moves the divider by the range input, mouse or touch, and reports the pointer's position.
 *
 * A sideways swipe moves the divider, a vertical one scrolls the page, and a tap selects a pixel.
 */
export function startStage({ stage, top, divider, slider, onPoint }) {
  const show = () => {
    const share = Number(slider.value);
    top.style.clipPath = `inset(0 0 0 ${share}%)`;
    divider.style.left = `${share}%`;
    slider.setAttribute("aria-valuetext", `${share} % before, ${100 - share} % after`);
  };
  const shareOf = (event) => {
    const box = stage.getBoundingClientRect();
    return {
      x: Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1),
      y: Math.min(Math.max((event.clientY - box.top) / box.height, 0), 1),
    };
  };
  let held;
  stage.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    held = { x: event.clientX, moved: false };
    stage.setPointerCapture(event.pointerId);
  });
  stage.addEventListener("pointermove", (event) => {
    if (held === undefined) {
      if (event.pointerType === "mouse") onPoint(shareOf(event));
      return;
    }
    if (Math.abs(event.clientX - held.x) > 3) held.moved = true;
    if (!held.moved) return;
    slider.value = String(Math.round(100 * shareOf(event).x));
    show();
  });
  stage.addEventListener("pointerup", (event) => {
    if (held !== undefined && !held.moved) onPoint(shareOf(event));
    held = undefined;
  });
  stage.addEventListener("pointercancel", () => held = undefined);
  slider.addEventListener("input", show);
  show();
}
