// Positions a tooltip below its anchor, or above if there is no room, and keeps it inside the window. Pure.

export type Box = { readonly left: number; readonly top: number; readonly width: number; readonly height: number };
type Size = { readonly width: number; readonly height: number };

const GAP = 6;
const EDGE = 8;

export function placeTooltip(anchor: Box, tooltip: Size, view: Size): { left: number; top: number } {
  const below = anchor.top + anchor.height + GAP;
  const above = anchor.top - GAP - tooltip.height;
  const fits = below + tooltip.height <= view.height - EDGE || above < EDGE;
  const centered = anchor.left + anchor.width / 2 - tooltip.width / 2;
  return {
    left: Math.max(EDGE, Math.min(centered, view.width - EDGE - tooltip.width)),
    top: fits ? below : above,
  };
}
