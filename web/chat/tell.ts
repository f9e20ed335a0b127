// Says in a toast what the server refused, for buttons that have no place of their own for it.
import { CircleAlert } from 'lucide-react';
import { toasts } from '../design/toasts.ts';
import { Problem, unreachable } from '../problem.ts';

export function tell(error: unknown): void {
  const { detail } = error instanceof Problem ? error : unreachable();
  toasts.show({ words: detail, icon: CircleAlert });
}
