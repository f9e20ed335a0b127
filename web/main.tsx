// Starts the page.
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { installTooltips } from './design/tooltips.ts';
import './design/tokens.css';
import { retries } from './queries.ts';

const queries = new QueryClient({ defaultOptions: { queries: { retry: retries } } });

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
}
