/** The page's style: one column that fits a phone, a light and a dark scheme, and print. The charts take their colours from here. */
export const STYLE = `
:root {
  color-scheme: light;
  --ground: #f5f7f9; --card: #ffffff; --ink: #17212d; --dim: #54626f; --line: #dfe5eb; --faint: #eef2f5;
  --blue: #2563eb; --teal: #0f8a80; --amber: #b4690e; --red: #c8323a; --green: #178048; --violet: #7a4fd0; --grey: #7c8b99;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    color-scheme: dark;
    --ground: #0e141b; --card: #151d27; --ink: #e6ecf2; --dim: #a0afbd; --line: #273442; --faint: #1c2733;
    --blue: #6ea3ff; --teal: #3dbfb1; --amber: #e9ab4d; --red: #ff7f7a; --green: #4bc67d; --violet: #b393f5; --grey: #76879a;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
header, main, footer { max-width: 68rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 2rem; }
header p { margin: 0; color: var(--dim); font-size: .8125rem; letter-spacing: .06em; text-transform: uppercase; }
h1 { margin: .125rem 0 0; font-size: 1.375rem; line-height: 1.3; font-weight: 650; overflow-wrap: anywhere; }
h1 span, h2 span { color: var(--dim); font-weight: 400; }
h2 { margin: 2.75rem 0 .5rem; font-size: 1.25rem; line-height: 1.3; font-weight: 650; overflow-wrap: anywhere; }
h2 span { font-size: 1rem; }
h3 { margin: 0; font-size: 1rem; line-height: 1.4; font-weight: 600; }
p { margin: .25rem 0; max-width: 46rem; }
section > p, figcaption p, .card > p { color: var(--dim); }
.verdict { margin-top: 1.25rem; }
.headline { margin: 0; font-size: clamp(1.5rem, 1.1rem + 1.6vw, 2.125rem); line-height: 1.25; text-wrap: balance; font-weight: 650; letter-spacing: -.01em; max-width: none; color: var(--ink); }
.headline strong { font-weight: inherit; }
.headline strong::first-letter { text-transform: uppercase; }
.headline strong { display: inline-block; margin-right: .15em; }
.headline strong::after { content: "."; }
.headline.complete strong { color: var(--green); }
.headline.usable strong { color: var(--amber); }
.headline.incomplete strong { color: var(--red); }
.headline.runs strong { color: var(--blue); }
.lead { margin-top: .5rem; font-size: 1.0625rem; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(10rem, 1fr)); gap: 1px; margin: 1.5rem 0 1rem; background: var(--line); border: 1px solid var(--line); border-radius: .625rem; overflow: hidden; }
.facts div { background: var(--card); padding: .75rem .875rem; }
.facts dt { color: var(--dim); font-size: .8125rem; }
.facts dd { margin: 0; font-size: 1.125rem; line-height: 1.35; font-weight: 600; font-variant-numeric: tabular-nums; }
.facts small { display: block; color: var(--dim); font-size: .8125rem; font-weight: 400; }
.states { display: flex; height: .75rem; border-radius: .375rem; overflow: hidden; background: var(--faint); gap: 1px; }
.states span { min-width: 3px; }
.state-ok { background: var(--green); } .state-empty { background: var(--teal); } .state-rejected { background: var(--grey); }
.state-suspect { background: var(--violet); } .state-mismatch { background: var(--amber); } .state-failed { background: var(--red); } .state-missing { background: var(--line); }
.legend, .codes { list-style: none; display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; margin: .625rem 0 0; padding: 0; font-size: .875rem; }
.legend i { display: inline-block; width: .625rem; height: .625rem; margin-right: .4rem; border-radius: .125rem; }
.legend .state-missing { border: 1px solid var(--grey); }
.legend b, .codes b { font-variant-numeric: tabular-nums; font-weight: 600; }
.legend span { color: var(--dim); }
.codes { margin: .5rem 0 .75rem; }
.card { margin: 1rem 0 0; padding: 1rem 1.125rem 1.125rem; background: var(--card); border: 1px solid var(--line); border-radius: .625rem; }
.card p, figcaption p { font-size: .875rem; }
.grid { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 1rem; margin-top: 1rem; }
.grid .card { margin: 0; min-width: 0; }
.plot { position: relative; margin-top: .5rem; }
.plot.small { height: 12rem; }
.plot.wide { height: 16rem; }
.scroll { overflow-x: auto; margin-top: .5rem; }
table { width: 100%; border-collapse: collapse; font-size: .875rem; font-variant-numeric: tabular-nums; }
th { color: var(--dim); font-weight: 500; text-align: left; white-space: nowrap; }
th, td { padding: .375rem .75rem .375rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td:last-child, th:last-child { padding-right: 0; }
tbody tr:last-child td { border-bottom: 0; }
.n { text-align: right; white-space: nowrap; }
.t { white-space: nowrap; }
td.n + td:not(.n), th.n + th:not(.n) { padding-left: 1rem; }
td.name { min-width: 7rem; }
.name { font-weight: 500; overflow-wrap: anywhere; }
.detail { color: var(--dim); min-width: 14rem; overflow-wrap: anywhere; }
td.bar { width: 32%; min-width: 8rem; vertical-align: middle; }
.asked, .left { height: .625rem; border-radius: .1875rem; }
.asked { background: color-mix(in srgb, var(--blue) 22%, transparent); }
.left { background: var(--blue); }
code { font: .8125rem/1.4 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; background: var(--faint); padding: .0625rem .3125rem; border-radius: .25rem; white-space: nowrap; }
details { margin-top: .5rem; font-size: .875rem; }
summary { color: var(--dim); cursor: pointer; width: fit-content; }
summary:focus-visible { outline: 2px solid var(--blue); outline-offset: 2px; border-radius: .25rem; }
.empty { color: var(--dim); }
.missing { font-size: .875rem; }
footer { padding-top: 2rem; padding-bottom: 2.5rem; color: var(--dim); font-size: .8125rem; }
@media (max-width: 44rem) {
  header, main, footer { padding-left: .875rem; padding-right: .875rem; }
  .grid { grid-template-columns: minmax(0, 1fr); }
  .card { padding: .875rem; }
  .facts { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .facts div { padding: .625rem .75rem; }
  .facts dd { font-size: 1.0625rem; }
  .legend li { flex-basis: 100%; }
  .plot.wide { height: 14rem; }
}
@page { margin: 14mm; }
@media print {
  body { background: none; font-size: 10.5pt; }
  header, main, footer { max-width: none; padding-left: 0; padding-right: 0; }
  .grid { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .facts { grid-template-columns: repeat(3, minmax(0, 1fr)); }
  .headline { font-size: 20pt; }
  .card, figure, tr, .facts, .states, .legend { break-inside: avoid; }
  .card:has(table) { break-inside: auto; }
  h2, h3, thead, figcaption { break-after: avoid; }
  details { display: none; }
  .scroll { overflow: visible; }
  table { font-size: 8.5pt; }
  th, .n, .t { white-space: normal; }
  td.bar { width: 18%; min-width: 4rem; }
  td.name, .detail { min-width: 0; }
  .plot { height: auto !important; }
  .plot > div { width: 100% !important; height: auto !important; }
  .plot svg { position: static !important; width: 100% !important; height: auto !important; }
  .states, .states span, .asked, .left, .legend i { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
}
`;
