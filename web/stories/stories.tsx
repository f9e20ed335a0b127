// Components and states without a server, for reviews, screenshots and tests. `#name` shows one. Built separately from the
// product.
import { type ComponentType, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { installInputMethodGuard } from '../design/input-method.ts';
import { installTooltips } from '../design/overlays/tooltips.ts';
import { ApprovalsStory } from './approvals-story.tsx';
import { DesignStory } from './design-story.tsx';
import { FailuresStory } from './failures-story.tsx';
import { FormStory } from './form-story.tsx';
import { LongStory } from './long-story.tsx';
import { StatesStory } from './states-story.tsx';
import { StreamStory } from './stream-story.tsx';
import './stories.css';

const STORIES: Readonly<Record<string, ComponentType>> = {
  design: DesignStory,
  form: FormStory,
  failures: FailuresStory,
  states: StatesStory,
  approvals: ApprovalsStory,
  long: LongStory,
  stream: StreamStory,
};

function Stories() {
  const name = decodeURIComponent(location.hash.slice(1));
  const Story = STORIES[name];
  if (Story !== undefined) return <Story />;
  return (
    <main className="p-8">
      <h1 className="mb-4 text-display font-semibold">Stories</h1>
      <ul className="flex flex-col gap-2">
        {Object.keys(STORIES).map((story) => (
          <li key={story}>
            <a href={`#${story}`} className="text-accent underline">
              {story}
            </a>
          </li>
        ))}
      </ul>
    </main>
  );
}

addEventListener('hashchange', () => location.reload());
installInputMethodGuard();
installTooltips();
const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <Stories />
    </StrictMode>,
  );
}
