/** The report's style sheet: one column of text, pictures on black, light and dark as the reader's system has it. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #5b6470; --paper: #fbfbf9; --card: #fff; --rule: #e3e5e8; --accent: #2f6f4f; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaed; --soft: #9aa3ad; --paper: #14171a; --card: #1b1f23; --rule: #2d3237; --accent: #7fc8a0; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; }
main { max-width: 1120px; margin: 0 auto; padding: 32px 24px 64px; }
h1 { font-size: 34px; line-height: 1.15; letter-spacing: -.02em; margin: 0 0 6px; }
h2 { font-size: 24px; letter-spacing: -.01em; margin: 30px 0 4px; }
section + section { margin-top: 56px; padding-top: 2px; border-top: 1px solid var(--rule); }
h3 { font-size: 17px; margin: 30px 0 8px; }
p { margin: 0 0 12px; max-width: 76ch; text-wrap: pretty; }
.lead { color: var(--soft); font-size: 18px; text-wrap: balance; }
.credit { color: var(--soft); font-size: 13px; }
.keys { display: grid; grid-template-columns: repeat(3, 1fr); gap: 14px; margin: 14px 0; }
.keys > div { border-left: 3px solid var(--c); padding-left: 12px; line-height: 1.3; }
.keys .name { display: block; font-size: 14px; color: var(--soft); } .keys .dot { display: none; }
.keys b { font-size: 22px; letter-spacing: -.01em; margin-right: .35em; font-variant-numeric: tabular-nums; white-space: nowrap; } .keys small { color: var(--soft); white-space: nowrap; }
figure { margin: 0; }
figcaption { font-size: 13px; line-height: 1.4; color: var(--soft); padding-top: 6px; }
figcaption b { color: var(--ink); }
img { display: block; width: 100%; height: auto; }
.coarse img { image-rendering: pixelated; }
[hidden] { display: none; }
.hero, .panels { display: grid; gap: 14px; margin: 14px 0 6px; }
.hero { grid-template-columns: repeat(3, 1fr); }
.panels { grid-template-columns: repeat(4, 1fr); }
.frame { position: relative; background: #000; border-radius: 6px; overflow: hidden; cursor: crosshair; }
.wipe .over { position: absolute; inset: 0; clip-path: inset(0 calc(100% - var(--cut, 0%)) 0 0); }
.wipe::before, .wipe::after { content: ''; position: absolute; left: var(--cut, 0%); z-index: 1; background: #fff; pointer-events: none; transform: translateX(-50%); }
.wipe::after { top: 0; bottom: 0; width: 2px; opacity: .85; }
.wipe::before { left: clamp(14px, var(--cut, 0%), calc(100% - 14px)); top: calc(50% - 14px); width: 28px; height: 28px; border-radius: 50%; box-shadow: 0 1px 5px #0009; }
.wipe input { position: absolute; inset: 0; width: 100%; height: 100%; margin: 0; opacity: 0; cursor: ew-resize; touch-action: pan-y; }
.wipe:focus-within { outline: 2px solid var(--accent); outline-offset: 2px; }
.cross { position: absolute; inset: 0; visibility: hidden; pointer-events: none; mix-blend-mode: difference; opacity: .6;
  background: linear-gradient(#fff, #fff) var(--px) 0 / 1px 100% no-repeat, linear-gradient(#fff, #fff) 0 var(--py) / 100% 1px no-repeat; }
.pointing .cross { visibility: visible; }
.scale { position: absolute; right: 10px; bottom: 8px; width: var(--w); border-top: 3px solid #fff; color: #fff; font-size: 12px; line-height: 1.4; text-align: center; white-space: nowrap; text-shadow: 0 0 3px #000, 0 0 2px #000; pointer-events: none; }
.scale::before { content: ''; position: absolute; inset: -4px -1px auto; height: 5px; border-radius: 1px; box-shadow: 0 0 3px #000; }
.dot { display: inline-block; width: .7em; height: .7em; border-radius: 50%; background: var(--c); margin-right: .35em; }
.planes { display: flex; gap: 12px; align-items: center; margin: 10px 0; font-size: 14px; color: var(--soft); }
.planes label { min-width: 6em; font-variant-numeric: tabular-nums; } .planes input { flex: 0 1 320px; accent-color: var(--accent); }
.key { display: inline-flex; gap: 5px; align-items: center; white-space: nowrap; vertical-align: bottom; }
.key small { font-variant-numeric: tabular-nums; }
.key i { width: 52px; height: 9px; border-radius: 2px; background: linear-gradient(90deg, #000, var(--c) 80%, color-mix(in srgb, #fff 60%, var(--c))); }
.key .error { background: linear-gradient(90deg, #2166ac, #f7f7f7, #b2182b); }
table { border-collapse: collapse; width: 100%; font-size: 15px; background: var(--card); border-radius: 8px; }
th, td { text-align: left; padding: 6px 12px; vertical-align: middle; }
thead th { font-size: 13px; color: var(--soft); font-weight: 600; } thead small { display: block; font-weight: 400; }
tbody th { padding-top: 12px; border-top: 1px solid var(--rule); font-weight: 600; }
.number { text-align: right; font-variant-numeric: tabular-nums; width: 4em; }
.main td { font-weight: 650; } .minor td { color: var(--soft); }
.bar { width: 24%; padding-left: 0; }
.bar i { display: block; height: 9px; width: var(--w); background: var(--c); border-radius: 2px; }
.minor i { opacity: .55; }
.chart { display: block; width: 100%; height: auto; }
.chart text { fill: var(--soft); font-size: 12px; }
.chart .rule { stroke: var(--rule); } .chart path { fill: none; stroke: var(--accent); stroke-linejoin: round; }
.chart .faint { opacity: .3; stroke-width: 1; } .chart .strong { stroke-width: 2.2; }
.map svg { display: block; width: 100%; height: 26px; border-radius: 4px; }
.map figcaption { display: flex; flex-wrap: wrap; gap: 2px 16px; } .map figcaption i { display: inline-block; width: .75em; height: .75em; border-radius: 2px; margin-right: .4em; }
.train { fill: var(--accent); background: var(--accent); } .margin { fill: var(--rule); background: var(--rule); } .held { fill: #d08a2e; background: #d08a2e; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 3px 18px; margin: 8px 0; font-size: 14px; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
.pair { display: grid; grid-template-columns: 3fr 2fr; gap: 32px; align-items: start; }
footer { margin-top: 56px; padding-top: 20px; border-top: 1px solid var(--rule); color: var(--soft); font-size: 14px; }
@media screen and (max-width: 720px) {
  main { padding: 20px 14px 48px; } h1 { font-size: 27px; } .lead { font-size: 16px; }
  .hero { grid-template-columns: 1fr 1fr; } .hero > :last-child { grid-column: 1 / -1; } .panels { grid-template-columns: 1fr 1fr; }
  .keys { grid-template-columns: 1fr; gap: 8px; } .keys .name { display: inline-block; min-width: 5em; }
  .pair { display: block; } table { font-size: 13.5px; } th, td { padding: 5px 6px; } .bar { width: 17%; } .number { width: 3em; padding-left: 0; }
}
@media print {
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; } body { background: #fff; font-size: 11pt; } main { padding: 0; max-width: none; }
  .wipe .over, .wipe::before, .wipe::after, .planes { display: none; } figure, .panels, .hero, table, .pair > div { break-inside: avoid; } h2, h3 { break-after: avoid; } section + section { break-before: page; }
}
`;
