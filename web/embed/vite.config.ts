// Builds the script that host pages load, and with `GROUNDWIRE_PACKAGE=1` the package for bundlers. React belongs to the host.
import { join } from 'node:path';
import { defineConfig } from 'vite';

const isPackage = process.env['GROUNDWIRE_PACKAGE'] === '1';
const own = (name: string): string => join(import.meta.dirname, name);

export default defineConfig({
  root: import.meta.dirname,
  publicDir: false,
  build: {
    outDir: isPackage ? own('package/dist') : '../../dist/web',
    emptyOutDir: isPackage,
    target: 'es2023',
    lib: isPackage
      ? { entry: { index: own('create-groundwire.ts'), react: own('react.tsx') }, formats: ['es'] }
      : { entry: own('script.ts'), formats: ['iife'], name: 'groundwireScript', fileName: () => 'embed.js' },
    rolldownOptions: { external: ['react', 'react/jsx-runtime'] },
  },
});
