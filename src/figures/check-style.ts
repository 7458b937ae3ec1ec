/** What the page of a data check adds to the report's style sheet. */
export const CHECK_STYLE = `
:root { --bad: #c0352b; --look: #b7791f; --good: #2f7d4f; --target: #15924d; }
@media (prefers-color-scheme: dark) { :root { --bad: #ff7a6b; --look: #e6b35a; --good: #6fcf97; --target: #2fd67b; } }
.spoils { --tone: var(--bad); } .note { --tone: var(--look); } .good { --tone: var(--good); }
header .lead { margin: 0; font-size: 15px; } h1 { overflow-wrap: anywhere; }
.banner { display: flex; flex-wrap: wrap; gap: 4px 24px; align-items: baseline; justify-content: space-between; margin: 18px 0 14px; padding: 14px 18px; border-radius: 8px;
  background: color-mix(in srgb, var(--tone) 11%, var(--card)); border-left: 5px solid var(--tone); }
.banner b { font-size: 21px; letter-spacing: -.01em; color: var(--tone); } .banner span { color: var(--soft); font-variant-numeric: tabular-nums; }
.squares { display: flex; flex-wrap: wrap; gap: 4px; margin: 0 0 18px; }
.squares a { width: 18px; height: 18px; border-radius: 4px; background: var(--tone); } .squares .good { opacity: .45; } .squares a:hover, .squares a:focus { outline: 2px solid var(--ink); opacity: 1; }
.kinds { margin: 0 0 8px; } .kinds a { color: inherit; } .kinds tr + tr td { border-top: 1px solid var(--rule); } .kinds td:first-child { white-space: nowrap; } .kinds td:last-child { overflow-wrap: anywhere; }
.kinds .number { width: 6em; }
.kind { color: var(--tone); } .kind::before { content: ''; display: inline-block; width: .6em; height: .6em; border-radius: 50%; background: var(--tone); margin-right: .5em; }
section + section { margin-top: 8px; border: 0; } h2 small { color: var(--soft); font-weight: 400; font-size: 17px; }
.sample { margin: 14px 0; padding: 14px 18px 16px; background: var(--card); border: 1px solid var(--rule); border-left: 5px solid var(--tone); border-radius: 8px; scroll-margin-top: 12px; }
.sample:target { outline: 2px solid var(--tone); outline-offset: 2px; }
.sample header { display: flex; flex-wrap: wrap; gap: 2px 12px; align-items: baseline; } .sample h3 { margin: 0; overflow-wrap: anywhere; } .sample small { color: var(--soft); }
.verdict { font-size: 13px; color: var(--tone); }
.files { display: flex; flex-wrap: wrap; gap: 0 18px; font-size: 13px; color: var(--soft); overflow-wrap: anywhere; } .files i { font-style: normal; opacity: .75; }
.body { display: grid; gap: 18px; margin-top: 12px; } .body:has(.findings):has(.cells) { grid-template-columns: minmax(260px, 4fr) 7fr; }
.findings { list-style: none; margin: 0; padding: 0; font-size: 15px; } .findings li + li { margin-top: 14px; padding-top: 12px; border-top: 1px solid var(--rule); }
.findings p { margin: 3px 0; overflow-wrap: anywhere; } .remedy { color: var(--soft); padding-left: 1.3em; text-indent: -1.3em; } .remedy::before { content: '→'; display: inline-block; width: 1.3em; text-indent: 0; color: var(--tone); }
.measured { display: flex; flex-wrap: wrap; gap: 0 14px; font-size: 13px; color: var(--soft); font-variant-numeric: tabular-nums; } .measured b { font-weight: 600; color: var(--ink); }
.cells { display: grid; gap: 14px; grid-template-columns: repeat(auto-fill, minmax(176px, 1fr)); align-items: start; align-content: start; }
.cells .frame { cursor: zoom-in; } .frame img + img { border-top: 2px solid var(--card); } .alone .cells { grid-template-columns: repeat(auto-fill, minmax(250px, 1fr)); }
.frame:focus { position: fixed; inset: 3vmin; z-index: 2; border-radius: 8px; display: grid; place-items: center; cursor: zoom-out; outline: 100vmax solid #000c; }
.frame:focus { align-content: center; gap: 4px; } .frame:focus img { width: auto; height: auto; max-width: 94vmin; max-height: 94vmin; min-width: min(94vmin, 60vw); } .frame:focus img:not(:only-child) { max-height: 64vmin; }
.profile, .dial { display: block; width: 100%; max-height: 190px; background: color-mix(in srgb, var(--ink) 4%, var(--card)); border-radius: 6px; }
.profile text, .dial text { fill: var(--soft); font-size: 11px; } .dial .number { fill: var(--ink); font-size: 15px; font-weight: 600; font-variant-numeric: tabular-nums; } .profile path { fill: none; stroke-width: 2.2; stroke-linejoin: round; } .profile .rule, .profile .at { stroke: var(--rule); } .profile .at { stroke: var(--soft); stroke-dasharray: 2 3; }
.profile .signal { stroke: var(--soft); } .profile .target { stroke: var(--target); }
figcaption span { white-space: nowrap; } figcaption i { display: inline-block; width: 1.1em; height: 3px; border-radius: 2px; margin: 0 .35em .25em .3em; } figcaption .signal { background: var(--soft); } figcaption .target { background: var(--target); }
.dial .ring { fill: none; stroke: var(--rule); stroke-width: 1.2; } .dial .arrow { stroke: var(--tone); stroke-width: 3; stroke-linecap: round; } .dial .tip { fill: var(--tone); }
.dial.on { --tone: var(--good); } .dial.off { --tone: var(--bad); }
.names { max-width: none; color: var(--soft); overflow-wrap: anywhere; } .target-ink { color: var(--target); }
@media screen and (max-width: 820px) { .body:has(.findings):has(.cells) { grid-template-columns: 1fr; } .cells { grid-template-columns: repeat(auto-fill, minmax(132px, 1fr)); } .sample { padding: 12px; } .banner b { font-size: 18px; } }
@media print { .squares { display: none; } .sample { break-inside: avoid; } .body:has(.findings):has(.cells) { grid-template-columns: 1fr 2fr; } }
`;
