// The entry point of the web app.
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { notePageStart } from './boundary/page-start.ts';
import { installInputMethodGuard } from './design/input-method.ts';
import { installTooltips } from './design/overlays/tooltips.ts';
import './design/tokens.css';
import { shouldRetry } from './queries.ts';

const queries = new QueryClient({ defaultOptions: { queries: { retry: shouldRetry } } });

installInputMethodGuard();
installTooltips();
const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <App />
      </QueryClientProvider>
    </StrictMode>,
  );
  notePageStart();
}
