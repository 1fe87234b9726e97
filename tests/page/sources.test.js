// Checks of the page's own files that need no browser: its texts, its modules and their imports.

import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';
import { PAGE, texts } from './world.js';

/** @type {Map<string, string>} the modules' sources by their paths, such as `i18n/en.js` */
const modules = new Map();
for (const path of await readdir(PAGE, { recursive: true })) {
  if (path.endsWith('.js') && !path.startsWith('vendor')) modules.set(path, await readFile(join(PAGE, path), 'utf8'));
}
const html = await readFile(join(PAGE, 'index.html'), 'utf8');
const english = texts('en');
const korean = texts('ko');

/** All matches of the first group of a pattern. @param {string} text @param {RegExp} pattern */
const matches = (text, pattern) => [...text.matchAll(pattern)].map((match) => match[1]);

test('both languages have the same texts', () => {
  assert.deepEqual(Object.keys(korean).sort(), Object.keys(english).sort());
  for (const key of Object.keys(english)) {
    assert.equal(typeof korean[key], typeof english[key], key);
    assert.notEqual(korean[key], '', key);
    assert.notEqual(english[key], '', key);
  }
});

test('every text is used, and every text that is used exists', () => {
  const used = new Set(matches(html, /\bdata-(?:text|label|placeholder)="(\w+)"/g));
  for (const [path, source] of modules) {
    if (/^i18n\/(en|ko)\.js$/.test(path)) continue;
    for (const key of matches(source, /\bt\.(\w+)/g)) used.add(key);
  }
  assert.deepEqual([...used].sort(), Object.keys(english).sort());
});

test('index.html preloads every module that main.js imports, but none that is loaded on demand', () => {
  const preloaded = matches(html, /rel="modulepreload" href="\{\{static\}\}\/page\/(.*)"/g);
  const onDemand = new Set([...modules].flatMap(([path, source]) => matches(source, /\bimport\('(.*?)'\)(?!\.)/g).map((from) => normalize(join(dirname(path), from)))));
  assert.deepEqual(preloaded, [...modules.keys()].filter((path) => path !== 'main.js' && !onDemand.has(path)).sort());
  for (const path of ['main.js', ...preloaded]) {
    assert.deepEqual(importsOf(path).filter((imported) => onDemand.has(imported)), [], `${path} loads at once what is loaded on demand`);
  }
});

test('no module imports itself, directly or through others', () => {
  /** @param {string} path @param {string[]} importers */
  const visit = (path, importers) => {
    assert.ok(!importers.includes(path), `${[...importers, path].join(' imports ')}`);
    for (const imported of importsOf(path)) visit(imported, [...importers, path]);
  };
  visit('main.js', []);
});

/** @param {string} path */
const importsOf = (path) =>
  matches(modules.get(path) ?? '', /^import [^;]* from '(.*)';$/gm).map((from) => normalize(join(dirname(path), from)));

test('every export is used by another module', () => {
  const unused = [];
  for (const [path, source] of modules) {
    const others = [...modules].filter(([other]) => other !== path).map(([, text]) => text).join('\n');
    for (const name of matches(source, /^export (?:async )?(?:const|function|class|let) (\w+)/gm)) {
      if (!new RegExp(`\\b${name}\\b`).test(others)) unused.push(`${name} of ${path}`);
    }
  }
  assert.deepEqual(unused, []);
});
