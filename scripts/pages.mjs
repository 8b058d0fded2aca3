// Opens pages in headless Chromium and checks what only a browser can tell: nothing overlaps or is cut,
// no text is under 12 px, a table that scrolls says so, nothing is asked for, no name of a channel runs, tables sort and copy as CSV,
// the keyboard reaches them, answers are read without scrolling, paper is white, and axe-core finds
// nothing.
//
//     node scripts/pages.mjs PAGE.html ... [--pictures DIR]
//
// Pages of odd names and amounts: MIXTOUCH_PAGES=DIR cargo test --features html --test it pages_for_a_browser -- --ignored
//
// Needs playwright-core and axe-core in the folder NODE_MODULES names, and Chromium at CHROMIUM
// (/usr/bin/chromium); VIEWS=phone-light,print names some of the views only. Exits with 1 where something is found, with 77 where it cannot run.
import { createRequire } from 'node:module';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

const modules = process.env.NODE_MODULES ?? join(process.cwd(), 'node_modules');
const chrome = process.env.CHROMIUM ?? '/usr/bin/chromium';
const need = createRequire(join(resolve(modules), 'x.js'));
let chromium, axe;
try {
  ({ chromium } = need('playwright-core'));
  axe = readFileSync(need.resolve('axe-core/axe.min.js'), 'utf8');
} catch {
  console.log(`pages are not opened: no playwright-core and axe-core in ${modules}`);
  process.exit(77);
}
if (!existsSync(chrome)) {
  console.log(`pages are not opened: no browser at ${chrome}`);
  process.exit(77);
}

const args = process.argv.slice(2);
const at = args.indexOf('--pictures');
const pictures = at < 0 ? null : args.splice(at, 2)[1];
if (pictures) mkdirSync(pictures, { recursive: true });
const only = process.env.VIEWS?.split(',');
const found = [];

// Texts that overlap or leave their picture, and letters too small, of the pictures that are seen.
const boxes = (least) => {
  const wrong = [];
  for (const svg of document.querySelectorAll('svg[role=img]')) {
    const frame = svg.getBoundingClientRect();
    if (frame.width === 0) continue;
    const texts = [...svg.querySelectorAll('text')].map((t) => [t, t.getBoundingClientRect()]);
    const name = svg.querySelector('title').textContent.slice(0, 40);
    const scale = svg.viewBox.baseVal.width ? frame.width / svg.viewBox.baseVal.width : 1;
    for (const [t, b] of texts) {
      const size = parseFloat(getComputedStyle(t).fontSize) * scale;
      if (size < least) wrong.push(`${name}: letters of ${size.toFixed(1)} px in "${t.textContent}"`);
      const out = b.left < frame.left - 3 || b.right > frame.right + 3 || b.top < frame.top - 3 || b.bottom > frame.bottom + 3;
      if (out) wrong.push(`${name}: "${t.textContent}" leaves the picture`);
    }
    // a box is as high as a line, letters are not; lines of texts that run upward stand side by side
    const slack = 4 * Math.max(scale, 1);
    for (let i = 0; i < texts.length; i++)
      for (let j = 0; j < i; j++) {
        const [a, b] = [texts[i][1], texts[j][1]];
        const x = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const y = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        const upward = [i, j].every((at) => texts[at][0].hasAttribute('transform'));
        const [along, across] = upward ? [y, x] : [x, y];
        if (along > 2 && across > slack) wrong.push(`${name}: "${texts[i][0].textContent}" over "${texts[j][0].textContent}"`);
      }
  }
  const page = document.documentElement;
  if (page.scrollWidth > page.clientWidth + 1) wrong.push(`the page is ${page.scrollWidth} wide of ${page.clientWidth}`);
  for (const e of document.querySelectorAll('h1,h2,h3,p,li,dd,figcaption,figure')) {
    const b = e.getBoundingClientRect();
    if (b.width && (b.right > page.clientWidth + 1 || b.left < -1)) wrong.push(`<${e.localName}> is cut: ${e.textContent.slice(0, 40)}`);
  }
  return wrong;
};

// Tables wider than their place, those behind charts too, that do not say so or have a whole screen's width.
const tables = async () => {
  const closed = document.querySelectorAll('details:not([open])');
  for (const d of closed) d.open = true;
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const wrong = [];
  for (const s of document.querySelectorAll('.scroll')) {
    if (s.scrollWidth <= s.clientWidth + 1) continue;
    const name = s.getAttribute('aria-label');
    if (!s.previousElementSibling?.matches('.cue:not([hidden])')) wrong.push(`${name} is cut without saying so`);
    if (innerWidth >= 1280 && !s.closest('details')) wrong.push(`${name} is ${s.scrollWidth} wide of ${s.clientWidth}`);
  }
  for (const d of closed) d.open = false;
  return wrong;
};

const browser = await chromium.launch({ executablePath: chrome, timeout: 120_000, args: ['--no-sandbox'] });
const views = [
  { name: 'desktop-light', width: 1280, height: 720, scheme: 'light' },
  { name: 'desktop-dark', width: 1280, height: 720, scheme: 'dark' },
  { name: 'laptop-1100', width: 1100, height: 700, scheme: 'light' },
  { name: 'tablet', width: 800, height: 1000, scheme: 'light' },
  { name: 'phone-light', width: 390, height: 844, scheme: 'light' },
  { name: 'phone-dark', width: 390, height: 844, scheme: 'dark' },
  { name: 'print', width: 1047, height: 718, scheme: 'light', media: 'print' },
  { name: 'print-dark', width: 1047, height: 718, scheme: 'dark', media: 'print' },
].filter((view) => !only || only.includes(view.name));

for (const file of args) {
  for (const view of views) {
    const context = await browser.newContext({
      viewport: { width: view.width, height: view.height },
      colorScheme: view.scheme,
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    const page = await context.newPage();
    page.setDefaultTimeout(120_000);
    const say = (text) => {
      found.push(text);
      console.log(`${basename(file)}, ${view.name}: ${text}`);
    };
    page.on('console', (m) => say(`console: ${m.text()}`));
    page.on('pageerror', (e) => say(`error: ${e.message}`));
    page.on('dialog', (d) => { say('a name of a channel ran'); d.dismiss(); });
    page.on('request', (r) => { if (!r.url().startsWith('file:')) say(`asks for ${r.url()}`); });
    if (view.media) await page.emulateMedia({ media: view.media });
    await page.goto('file://' + resolve(file));
    const least = view.media ? 0 : 11.95;
    (await page.evaluate(boxes, least)).forEach(say);
    if (!view.media) (await page.evaluate(tables)).forEach(say);
    const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const dark = ground === 'rgb(13, 17, 23)';
    if (dark !== (view.scheme === 'dark' && !view.media)) say(`the page is ${ground}`);
    if (view.media && ground !== 'rgb(255, 255, 255)') say(`paper is ${ground}`);
    if (view.name.startsWith('desktop')) {
      const end = await page.evaluate(() => document.querySelector('.answers')?.getBoundingClientRect().bottom ?? 0);
      if (end > view.height) say(`answers end at ${Math.round(end)} px of ${view.height}`);
    }
    if (pictures) {
      const path = join(pictures, `${basename(file, '.html')}-${view.name}`);
      await page.screenshot({ path: `${path}.png`, fullPage: true });
      if (view.name === 'desktop-light') await page.screenshot({ path: `${path}-top.png` });
    }
    if (!view.media) {
      await page.evaluate(axe);
      const result = await page.evaluate(() => axe.run({ resultTypes: ['violations'] }));
      for (const v of result.violations) say(`axe ${v.id}: ${v.nodes.length} x ${v.nodes[0].html.slice(0, 120)}`);
    }
    if (view.name === 'desktop-light') await drive(page, say);
    await context.close();
  }
}

// Sorts and copies the first table by mouse and by keyboard.
async function drive(page, say) {
  if (!(await page.locator('table:visible').count())) await page.locator('details summary').first().click();
  const table = page.locator('table:visible').first();
  const column = () => table.locator('tbody tr').evaluateAll((rows) => rows.map((r) => r.cells[1].textContent));
  const head = table.locator('thead th').nth(1);
  const before = await column();
  await head.locator('button').click();
  if ((await head.getAttribute('aria-sort')) !== 'ascending') say('a heading does not say that it is sorted');
  const number = (s) => parseFloat(s.replace(/,/g, ''));
  const up = (await column()).map(number).filter((x) => !Number.isNaN(x));
  if (up.some((x, i) => i && x < up[i - 1])) say(`not sorted: ${up}`);
  await head.locator('button').focus();
  await page.keyboard.press('Enter');
  const down = (await column()).map(number).filter((x) => !Number.isNaN(x));
  if (down.some((x, i) => i && x > down[i - 1])) say(`not sorted by key: ${down}`);
  if ((await column()).length !== before.length) say('rows are lost by sorting');
  await page.getByRole('button', { name: 'Copy as CSV' }).first().click();
  await page.waitForTimeout(100);
  const text = await page.evaluate(() => navigator.clipboard.readText());
  const lines = text.trim().split('\n');
  if (lines.length !== before.length + 1) say(`copied ${lines.length} lines of ${before.length + 1}`);
  if (/(^|,)"?([=+@]|-(?!\d*\.?\d+(e-?\d+)?(,|$)))/m.test(text)) say('a copied text begins as a formula does');
  if (/(^|,)"?-?[\d.,]+ (%|EUR)"?(,|$)/m.test(text)) say('a copied figure has its unit beside it');
  const dates = await page.evaluate(() => {
    const cells = (table) => [...table.tBodies[0].rows].map((r) => r.cells[0].textContent);
    const dated = (table) => cells(table).length > 1 && cells(table).every((c) => /^\d{4}-/.test(c));
    const table = [...document.querySelectorAll('table')].find(dated);
    if (!table) return [];
    const button = table.tHead.rows[0].cells[0].querySelector('button');
    button.click();
    button.click();
    return cells(table);
  });
  if (dates.some((d, i) => i && d > dates[i - 1])) say(`dates are not sorted: ${dates.slice(0, 3)}`);
  const details = await page.$('details:not([open])');
  if (details) {
    await (await details.$('summary')).focus();
    await page.keyboard.press('Enter');
    if (!(await details.evaluate((d) => d.open))) say('the figures behind a chart do not open by key');
  }
}

await browser.close();
console.log(`${args.length} pages in ${views.length} views: ${found.length} found`);
process.exit(found.length ? 1 : 0);
