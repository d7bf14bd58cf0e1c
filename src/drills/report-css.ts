/** The look of a report: legible from the last row, in light, in dark and on paper. */
export const css = `
:root{--bg:#fbfaf7;--ink:#1b1f24;--dim:#57606a;--line:#d5d3cc;--panel:#fff;--accent:#b4341c;
--ok:#2f9e77;--k503:#8250df;--refused:#cf3a24;--reset:#e8793a;--timeout:#c99700;--http:#0b7fab;--wrong:#3d5bc7;--unreachable:#7a3b2e;--noname:#b8327f;--hatch:#ffffff80;--slow:#fdf0d5}
@media (prefers-color-scheme:dark){:root{--bg:#14171c;--ink:#eceff3;--dim:#a3adb9;--line:#363c45;--panel:#1c2027;--accent:#ff8a70;
--ok:#37b98b;--k503:#a987f5;--refused:#f0604a;--reset:#f59a5f;--timeout:#e0b62c;--http:#3fb0dc;--wrong:#8098f2;--unreachable:#c07a68;--noname:#e46fb0;--hatch:#00000070;--slow:#3a3018}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:18px/1.5 system-ui,"Segoe UI","DejaVu Sans",sans-serif}
main{max-width:1320px;margin:0 auto;padding:28px 32px 40px}
p{margin:0 0 .5em}code{font-family:ui-monospace,"DejaVu Sans Mono",monospace;font-size:.92em;overflow-wrap:anywhere}
.eyebrow{color:var(--dim);margin:0}h1{font-size:2.5rem;line-height:1.15;margin:0;letter-spacing:-.01em;overflow-wrap:anywhere}
.target{color:var(--dim)}h2{font-size:1.6rem;margin:1.4em 0 .3em;border-top:2px solid var(--line);padding-top:.6em}
h2.quiet{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);margin:0;padding:0;border:0}
h3{font-size:1.05rem;margin:0 0 .3em;overflow-wrap:anywhere}
.hero{margin:.6em 0 1em}.headline{display:flex;flex-wrap:wrap;align-items:baseline;gap:0 .6em;margin:0 0 .2em;line-height:1.1}
.figure{font-size:5.2rem;font-weight:750;letter-spacing:-.03em;color:var(--accent);font-variant-numeric:tabular-nums}
.figure.small{font-size:2.5rem}.headline.never-down .figure{color:var(--ok)}.sure{font-size:1.35rem;color:var(--dim)}.cards .sure{font-size:1rem}
.lead{font-size:1.2rem;max-width:62em;margin:0 0 .25em}
.cards{list-style:none;margin:1em 0;padding:0;display:grid;gap:16px;grid-template-columns:repeat(auto-fit,minmax(270px,1fr))}
.card{background:var(--panel);border:1px solid var(--line);border-radius:10px;padding:14px 18px;font-size:.95rem}
.bar{height:10px;background:var(--line);border-radius:5px;margin:.3em 0 .7em}.bar i{display:block;height:100%;min-width:3px;border-radius:5px;background:var(--accent)}
.alarm{border-left:6px solid var(--accent);background:var(--panel);padding:12px 18px;margin:1em 0}.alarm.mild{border-color:var(--timeout)}.alarm ul{margin:.3em 0;padding-left:1.2em}
figure{margin:1em 0;background:var(--panel);border:1px solid var(--line);border-radius:10px;padding:12px 8px}
figcaption{display:flex;flex-wrap:wrap;gap:4px 22px;padding:6px 14px 2px}.key{display:inline-flex;align-items:center;gap:8px}
.scroll{overflow-x:auto}figure svg[viewBox]{display:block;width:100%;min-width:880px;height:auto}
svg text{fill:var(--ink);font:16px system-ui,"Segoe UI","DejaVu Sans",sans-serif;font-variant-numeric:tabular-nums}
svg .lane{font-size:18px;font-weight:650}svg .lane-figure{fill:var(--accent)}svg .lane-figure.never-down{fill:var(--ok)}svg .dim,svg .tick-label{fill:var(--dim);font-weight:400}svg .tick-label{font-size:15px}svg .strong{fill:var(--accent);font-weight:700}
svg .label{font-size:15px;white-space:pre}svg .tick{stroke:var(--dim);stroke-width:1.5}svg .break{stroke:var(--accent);stroke-width:2;stroke-dasharray:6 4}
.mark path{fill:none;stroke:var(--dim);stroke-width:1.5}.s-drill path,.s-page path{stroke:var(--accent);stroke-width:2}.s-drill text,.s-page text{font-weight:650}
.k-ok{fill:var(--ok)}.k-503{fill:var(--k503)}.k-refused{fill:var(--refused)}.k-reset{fill:var(--reset)}.k-timeout{fill:var(--timeout)}.k-http{fill:var(--http)}.k-wrong-page{fill:var(--wrong)}.k-unreachable{fill:var(--unreachable)}.k-no-name{fill:var(--noname)}
.hatch{fill:none;stroke:var(--hatch);stroke-width:1.6}
.pairs{display:grid;gap:0 40px;grid-template-columns:repeat(auto-fit,minmax(min(100%,520px),1fr))}
.columns{display:grid;grid-template-columns:minmax(0,1.35fr) minmax(0,1fr);gap:0 40px}@media (max-width:1000px){.columns{display:block}}
table{border-collapse:collapse;width:100%;margin:.4em 0 1.2em;font-variant-numeric:tabular-nums}
caption{text-align:left;font-weight:700;font-size:1.05rem;padding-bottom:.2em}
th,td{text-align:left;vertical-align:baseline;padding:.28em .9em .28em .35em;border-bottom:1px solid var(--line);font-weight:400}
thead th{color:var(--dim);font-size:.85em}.n{text-align:right;white-space:nowrap}td small{color:var(--dim);overflow-wrap:anywhere}
.slowest>*{background:var(--slow)}.slowest td.n{font-weight:750}.source{color:var(--dim)}
.hosts p{display:flex;align-items:center;gap:.7em;font-size:1.15rem;margin-bottom:1em}.arrow{color:var(--accent);font-size:1.5em;line-height:1}
footer{border-top:2px solid var(--line);margin-top:1.5em;padding-top:1em;color:var(--dim)}footer p{max-width:70em;font-size:.92rem}
@media print{@page{size:A4 landscape;margin:12mm}:root{--bg:#fff;--ink:#000;--dim:#444;--line:#bbb;--panel:#fff;--accent:#a32a14;--ok:#2f9e77;--k503:#8250df;--refused:#cf3a24;--reset:#e8793a;--timeout:#c99700;--http:#0b7fab;--wrong:#3d5bc7;--unreachable:#7a3b2e;--noname:#b8327f;--hatch:#ffffff80;--slow:#fdf0d5}
body{font-size:11pt}main{max-width:none;padding:0}*{-webkit-print-color-adjust:exact;print-color-adjust:exact}.figure{font-size:40pt}figure,table,.card,.alarm{break-inside:avoid}figure svg[viewBox]{min-width:0}.run+.run{break-before:page}}
`;
