// Where a tooltip stands: below what it names, above where there is no room, never over the window's edge. Pure.

export type Box = { readonly left: number; readonly top: number; readonly width: number; readonly height: number };
type Size = { readonly width: number; readonly height: number };

const GAP = 6;
const EDGE = 8;

export function placeTooltip(anchor: Box, tooltip: Size, view: Size): { left: number; top: number } {
  const below = anchor.top + anchor.height + GAP;
  const above = anchor.top - GAP - tooltip.height;
  const fits = below + tooltip.height <= view.height - EDGE || above < EDGE;
  const centred = anchor.left + anchor.width / 2 - tooltip.width / 2;
  return {
    left: Math.max(EDGE, Math.min(centred, view.width - EDGE - tooltip.width)),
    top: fits ? below : above,
  };
}
