import react from '@vitejs/plugin-react';
import { defaultClientConditions, defineConfig } from 'vite';

// The page takes the workspaces' sources, as the tests do: no stale build can pass for the code.
export default defineConfig({
  plugins: [react()],
  resolve: { conditions: ['parley-source', ...defaultClientConditions] },
  build: { sourcemap: true, modulePreload: { polyfill: false }, chunkSizeWarningLimit: 800 },
  server: {
    // Signaling beside the development server; the tests' server sets its own.
    proxy: { '/v1': { target: process.env['PARLEY_SERVER'] ?? 'http://127.0.0.1:8080', ws: true } },
  },
});
