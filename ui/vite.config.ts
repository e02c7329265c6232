import { fileURLToPath } from "node:url";
import { build, type Plugin } from "vite";
import solid from "vite-plugin-solid";
import { defineConfig } from "vitest/config";

/** What the app's window enforces as well (tauri.conf.json); here, so that a look at the fake app shows violations. */
const csp = "default-src 'self'; style-src 'self'; script-src 'self'";

const root = fileURLToPath(new URL(".", import.meta.url));

/**
 * Builds the script of the frame in which diagrams are drawn, as one file of the old kind: the frame has no origin of its
 * own, so modules would be kept from it.
 */
const diagramFrame: Plugin = {
  name: "diagram-frame",
  apply: "build",
  async closeBundle() {
    await build({
      configFile: false,
      root,
      logLevel: "warn",
      build: {
        outDir: "dist/diagram",
        target: "safari17",
        lib: {
          entry: "src/features/conversation/diagram/frame.ts",
          formats: ["iife"],
          name: "frame",
          fileName: () => "frame.js",
        },
      },
    });
  },
};

export default defineConfig({
  root,
  plugins: [solid(), diagramFrame],
  clearScreen: false,
  server: { port: 5199, strictPort: true },
  preview: { port: 5198, strictPort: true, headers: { "Content-Security-Policy": csp } },
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: "safari17",
    // A data: address would need a wider content policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/testing/setup.ts"],
    restoreMocks: true,
    unstubGlobals: true,
    // One jsdom for all files of a worker: making one takes longer than most of the tests.
    isolate: false,
    // A limit against hanging, not a measure: on two busy cores the whole app takes seconds to draw in jsdom.
    testTimeout: 30_000,
  },
});
