// Suggested questions for each page.

export const HOME_SUGGESTIONS = [
  'What shows are coming up?',
  'Which incidents are open?',
  'Which vendors have expired insurance?',
  'Which vendors are without a W-9?',
];

export const PROJECT_SUGGESTIONS = [
  'What shows are coming up?',
  'What is on the critical path?',
  'Who is on the crew?',
  'Which incidents are open?',
];

export const showSuggestions = (name: string): string[] => [
  'Who is on the crew?',
  `When are doors of the ${name} show?`,
  'Any incidents?',
];

export const vendorSuggestions = (name: string): string[] => [
  `What is the email of ${name}?`,
  'Which vendors have expired insurance?',
];

export const INCIDENT_SUGGESTIONS = ['Which incidents are open?', 'Which incidents are OSHA recordable?'];

export const ACTIVITY_SUGGESTIONS = ['Show the schedule', 'What is on the critical path?'];
