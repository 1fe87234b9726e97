// What the server sends of the page's files is stripped of comments and needless blanks, and says what the sources say.

import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import ts from 'typescript';
import { PAGE, page, startServer, visit } from './helpers.js';

const server = await startServer();
const STATIC = join(PAGE, '..');
const [address] = /static\/[0-9a-f]+/.exec(await (await fetch(server.url)).text()) ?? [];

/** The paths of our own files, below the folder of all. @param {string} extension */
const own = async (extension) =>
  (await readdir(STATIC, { recursive: true })).filter((path) => path.endsWith(extension) && !path.includes('vendor')).sort();

/** @param {string} path */
const served = async (path) => (await fetch(`${server.url}/${path === 'sw.js' ? path : `${address}/${path}`}`)).text();

/** @param {string} path */
const written = async (path) => (await readFile(join(STATIC, path), 'utf8')).replaceAll('{{static}}', String(address));

const printer = ts.createPrinter({ removeComments: true });

/** A script as TypeScript prints what it has read. @param {string} text */
const printed = (text) => printer.printFile(ts.createSourceFile('script.js', text, ts.ScriptTarget.ES2022, false, ts.ScriptKind.JS));

test('scripts are sent without comments, and are the same programs', async () => {
  for (const path of await own('.js')) {
    const text = await served(path);
    assert.equal(printed(text), printed(await written(path)), path);
    assert.doesNotMatch(text, /^\s*\/[/*]|^ |\n\n/m, path);
  }
});

page('style sheets are sent without comments, and have the same rules', async () => {
  const open = await visit(server);
  for (const path of await own('.css')) {
    const sheets = [await served(path), await written(path)];
    assert.doesNotMatch(sheets[0], /\/\*|\n/, path);
    const [sent, source] = await open.evaluate((texts) => texts.map((text) => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(text);
      // A property of our own keeps its blanks.
      return [...sheet.cssRules].map((rule) => rule.cssText.replace(/,\s+/g, ','));
    }), sheets);
    assert.ok(source.length > 0, path);
    assert.deepEqual(sent, source, path);
  }
});
