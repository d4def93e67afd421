#!/usr/bin/env node
// Old syntax on purpose: this file must be readable to every Node, so that it can say which one is needed.
const major = Number(process.versions.node.split('.')[0]);
if (major < 24) {
  console.error(`cxone-simulator needs Node 24 or newer; this is Node ${process.versions.node}`);
  console.error('hint: install it from https://nodejs.org, or run node_modules/.bin/node in the workspace');
  process.exitCode = 2;
} else {
  import('../dist/main.js').then(({ main }) => main(process.argv.slice(2)));
}
