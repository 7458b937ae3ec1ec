/** The report's style sheet: one column of text, pictures on black, light and dark as the reader's system has it. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #5b6470; --paper: #fbfbf9; --card: #fff; --rule: #e3e5e8; --accent: #2f6f4f; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaed; --soft: #9aa3ad; --paper: #14171a; --card: #1b1f23; --rule: #2d3237; --accent: #7fc8a0; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; }
main { max-width: 1120px; margin: 0 auto; padding: 32px 24px 64px; }
h1 { font-size: 34px; line-height: 1.15; letter-spacing: -.02em; margin: 0 0 6px; }
h2 { font-size: 24px; letter-spacing: -.01em; margin: 56px 0 4px; }
h3 { font-size: 17px; margin: 30px 0 8px; }
p { margin: 0 0 12px; max-width: 72ch; }
.lead { color: var(--soft); font-size: 18px; }
.credit { color: var(--soft); font-size: 13px; }
figure { margin: 0; }
figcaption { font-size: 13px; color: var(--soft); padding-top: 6px; }
figcaption b { color: var(--ink); }
img { display: block; width: 100%; height: auto; }
[hidden] { display: none; }
.hero, .panels { display: grid; gap: 14px; margin: 18px 0 6px; }
.hero { grid-template-columns: repeat(3, 1fr); }
.panels { grid-template-columns: repeat(4, 1fr); }
.frame, .stack { position: relative; background: #000; border-radius: 6px; overflow: hidden; }
.wipe .over { position: absolute; inset: 0; clip-path: inset(0 calc(100% - var(--cut, 0%)) 0 0); }
.wipe::after { content: ''; position: absolute; top: 0; bottom: 0; left: var(--cut, 0%); width: 2px; background: #fff; opacity: .85; pointer-events: none; }
.wipe input { position: absolute; inset: 0; width: 100%; height: 100%; margin: 0; opacity: 0; cursor: ew-resize; }
.wipe:focus-within { outline: 2px solid var(--accent); }
.scale { position: absolute; right: 10px; bottom: 8px; width: var(--w); border-top: 3px solid #fff; color: #fff; font-size: 12px; text-align: center; text-shadow: 0 0 3px #000; }
.dot { display: inline-block; width: .7em; height: .7em; border-radius: 50%; background: var(--c); margin-right: .35em; }
.planes { display: flex; gap: 12px; align-items: center; margin: 14px 0 0; font-size: 14px; color: var(--soft); }
.planes input { flex: 0 1 320px; accent-color: var(--accent); }
.key { display: flex; gap: 8px; align-items: center; justify-content: flex-end; font-size: 12px; color: var(--soft); }
.key i { width: 120px; height: 10px; border-radius: 2px; background: linear-gradient(90deg, #2166ac, #f7f7f7, #b2182b); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 15px; background: var(--card); border-radius: 8px; }
th, td { text-align: left; padding: 7px 12px; border-bottom: 1px solid var(--rule); vertical-align: middle; }
thead th { font-size: 13px; color: var(--soft); font-weight: 600; }
thead small { display: block; font-weight: 400; white-space: nowrap; }
tbody:last-child tr:last-child > * { border-bottom: 0; }
.number { text-align: right; font-variant-numeric: tabular-nums; width: 4.5em; }
.main { font-weight: 650; } .minor { color: var(--soft); }
.bar { width: 18%; padding-left: 0; min-width: 70px; }
.bar i { display: block; height: 9px; width: var(--w); background: var(--c); border-radius: 2px; }
.chart { width: 100%; max-width: 720px; height: auto; font-size: 12px; }
.chart text, .map text { fill: var(--soft); font-size: 12px; }
.chart .rule { stroke: var(--rule); } .chart path { fill: none; stroke: var(--accent); }
.chart .faint { opacity: .28; stroke-width: 1; } .chart .strong { stroke-width: 2.2; }
.map { margin: 6px 0 2px; max-width: 720px; display: block; }
.map .train { fill: var(--accent); opacity: .75; } .map .margin { fill: var(--rule); } .map .held { fill: #d08a2e; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 3px 18px; margin: 8px 0; font-size: 14px; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
.pair { display: grid; grid-template-columns: 3fr 2fr; gap: 32px; align-items: start; }
footer { margin-top: 56px; padding-top: 20px; border-top: 1px solid var(--rule); color: var(--soft); font-size: 14px; }
@media (max-width: 720px) {
  main { padding: 20px 14px 48px; } h1 { font-size: 27px; }
  .hero { grid-template-columns: 1fr; } .hero .frame { max-height: none; } .panels { grid-template-columns: 1fr 1fr; } .pair { grid-template-columns: 1fr; gap: 0; }
}
@media print { .wipe .over, .wipe::after, .planes { display: none; } body { background: #fff; } figure, table { break-inside: avoid; } }
`;
