// What benchmarks/atlas_frames.py measures, as one script.
import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  plugins: [svelte()],
  resolve: { alias: { $words: at("../../../src/stalemate/interfaces/atlas/words.en.json") } },
  publicDir: false,
  build: { lib: { entry: at("frames.ts"), formats: ["es"], fileName: () => "frames.js" }, target: "es2022" },
});
