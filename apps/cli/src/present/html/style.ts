/** The style sheet of all pages: light, dark and print. Charts take their colours from it by class. */
export const style = `
:root { color-scheme: light dark; --page: #f5f6f8; --card: #ffffff; --ink: #17202c; --soft: #566274; --line: #d9dee5;
  --blue: #2563b8; --green: #1d7a46; --red: #b3261e; --amber: #a15c07; --grey: #8b95a3; --wash: #eef1f5; }
@media (prefers-color-scheme: dark) { :root { --page: #10151c; --card: #18202a; --ink: #e6ebf2; --soft: #9fabba;
  --line: #2e3947; --blue: #6ea8f5; --green: #55c285; --red: #f2827a; --amber: #e0a34a; --grey: #6f7b8b; --wash: #212b37; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, "Segoe UI", "Liberation Sans", sans-serif; }
header, main, footer { max-width: 1120px; margin: 0 auto; padding: 0 16px; }
header { margin-top: 24px; padding: 20px 24px; background: var(--card); border: 1px solid var(--line);
  border-left: 6px solid var(--green); border-radius: 8px; max-width: 1088px; }
header.attention { border-left-color: var(--amber); }
header.bad { border-left-color: var(--red); }
.verdict { margin: 0; font-weight: 600; font-size: 13px; letter-spacing: .04em; text-transform: uppercase; color: var(--green); }
.attention .verdict { color: var(--amber); }
.bad .verdict { color: var(--red); }
h1 { margin: 4px 0 14px; font-size: 24px; line-height: 1.25; text-wrap: balance; }
h2 { margin: 0 0 4px; font-size: 18px; }
h3 { margin: 0 0 8px; font-size: 14px; }
p { margin: 0 0 10px; }
.facts { display: flex; flex-wrap: wrap; gap: 10px 28px; margin: 0; }
.facts div { min-width: 0; }
dt { color: var(--soft); font-size: 12px; }
dd { margin: 0; overflow-wrap: anywhere; }
section { margin-top: 16px; padding: 18px 24px 20px; background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
.lead { color: var(--soft); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; margin-top: 16px; }
.tile { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 12px 16px; }
.tile b { display: block; font-size: 24px; line-height: 1.25; font-weight: 600; font-variant-numeric: tabular-nums; }
.tile span { color: var(--soft); font-size: 13px; }
.tile.bad b { color: var(--red); }
.tile.attention b { color: var(--amber); }
section > figure { margin-top: 12px; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 440px), 1fr)); gap: 20px 32px; margin-top: 12px; }
.pair > * { min-width: 0; }
figure { margin: 0; }
figcaption { font-weight: 600; font-size: 14px; margin-bottom: 6px; }
svg { display: block; width: 100%; max-width: 520px; height: auto; }
svg text { font: 11.5px system-ui, "Segoe UI", "Liberation Sans", sans-serif; fill: var(--soft); }
svg text.value { fill: var(--ink); }
.axis { stroke: var(--line); }
.limit { stroke: var(--red); stroke-dasharray: 5 4; fill: none; }
text.limit { stroke: none; fill: var(--red); }
.blue { fill: var(--blue); } .green { fill: var(--green); } .red { fill: var(--red); }
.amber { fill: var(--amber); } .grey { fill: var(--grey); } .track { fill: var(--wash); }
.legend { display: flex; flex-wrap: wrap; gap: 4px 16px; margin: 6px 0 0; padding: 0; list-style: none; font-size: 12.5px; color: var(--soft); }
.legend svg { display: inline-block; width: 11px; height: 11px; margin-right: 6px; }
.scroll { overflow-x: auto; margin-top: 16px; }
.pair .scroll { margin-top: 0; }
.narrow { max-width: 560px; }
table { border-collapse: collapse; width: 100%; font-size: 13.5px; }
caption { text-align: left; font-weight: 600; font-size: 14px; padding-bottom: 4px; }
th, td { text-align: left; vertical-align: top; padding: 5px 14px 5px 0; border-bottom: 1px solid var(--line); }
th { font-weight: 600; color: var(--soft); font-size: 12px; }
td { overflow-wrap: anywhere; min-width: 90px; }
th.number, td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; min-width: 0; }
th:last-child, td:last-child { padding-right: 0; }
code, td.code { font: 12.5px/1.5 ui-monospace, "Liberation Mono", Menlo, Consolas, monospace; overflow-wrap: anywhere; }
td.code { min-width: 118px; padding-top: 6px; }
.note { color: var(--soft); font-size: 13px; margin: 8px 0 0; }
.notice { border-left: 4px solid var(--amber); padding: 2px 12px; margin: 12px 0 0; overflow-wrap: anywhere; }
.notice.bad { border-left-color: var(--red); }
.notice p { margin: 2px 0; }
details { margin-top: 10px; }
summary { cursor: pointer; color: var(--blue); font-size: 13.5px; }
footer { color: var(--soft); font-size: 12.5px; margin: 16px auto 32px; }
@media (max-width: 560px) { header { margin: 10px 10px 0; padding: 16px; } main, footer { padding: 0 10px; }
  section { padding: 16px; } h1 { font-size: 20px; } .tiles { grid-template-columns: 1fr 1fr; }
  table.stack thead { display: none; } table.stack tr { display: block; padding: 8px 0; border-bottom: 1px solid var(--line); }
  table.stack td { display: flex; gap: 10px; padding: 2px 0; border: 0; text-align: left; white-space: normal; }
  table.stack td::before { content: attr(data-name); flex: 0 0 92px; color: var(--soft); font: 12px/1.7 system-ui, sans-serif; } }
@page { margin: 12mm; }
@media print { :root { color-scheme: light; --page: #fff; --card: #fff; --ink: #000; --soft: #444; --line: #bbb; --wash: #eee;
  --blue: #1f5aa8; --green: #1d7a46; --red: #b3261e; --amber: #8a4f06; --grey: #777; }
  body { font-size: 10.5pt; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  header, main, footer { max-width: none; padding-left: 0; padding-right: 0; } header { padding: 12px 16px; margin-top: 0; }
  section { border: 0; border-top: 1px solid var(--line); border-radius: 0; padding: 12px 0; margin-top: 10px; }
  .tile { padding: 8px 12px; } .tile b { font-size: 18px; }
  figure, tr, .tile, .notice, h2, h3 { break-inside: avoid; } h2, h3, .lead, figcaption, caption { break-after: avoid; }
  .pair { grid-template-columns: 1fr 1fr; gap: 12px 24px; } details:not([open]) { display: none; } thead { display: table-header-group; } }
`;
