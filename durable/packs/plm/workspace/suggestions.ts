// Suggested questions for each page.

type SuggestedItem = { readonly itemType: string; readonly itemNumber: string; readonly state: string };

export const HOME_SUGGESTIONS = [
  'Which change orders are in review?',
  'Search for motors',
  'List the released parts',
  'Show my programs',
];

export const programSuggestions = (code: string): string[] => [
  `List the designs of ${code}`,
  'Which change orders are in review?',
  'Which parts are in review?',
  `Open a design workspace in ${code}`,
];

export const designSuggestions = (code: string): string[] => [
  `List the released parts of ${code}`,
  `Which parts of ${code} are in review?`,
  `List the documents of ${code}`,
  `Create a new part called Cable clip in ${code}`,
];

export function itemSuggestions({ itemType, itemNumber, state }: SuggestedItem): string[] {
  switch (itemType) {
    case 'Part':
      return [
        `Show the BOM of ${itemNumber}`,
        `Where is ${itemNumber} used?`,
        `What would a change of ${itemNumber} affect?`,
        state === 'Released' ? `Create a change order for ${itemNumber}` : `Submit ${itemNumber} for review`,
      ];
    case 'ChangeOrder':
      return [
        `What does ${itemNumber} affect?`,
        `Show the details of ${itemNumber}`,
        ...(state === 'Draft' ? [`Submit ${itemNumber} for review`] : []),
        ...(state === 'In Review' ? [`Approve ${itemNumber}`] : []),
      ];
    case 'Task':
      return [`Show the details of ${itemNumber}`, `Move ${itemNumber} to In Progress`];
    default:
      return [`Show the details of ${itemNumber}`, `What would a change of ${itemNumber} affect?`];
  }
}
