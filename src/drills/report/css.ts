/** The look of a report: legible from the last row, in light, in dark and on paper. */
export const css = `
:root{--bg:#fbfaf7;--ink:#1b1f24;--dim:#57606a;--line:#d5d3cc;--panel:#fff;--accent:#b4341c;
--ok:#2f9e77;--k503:#8250df;--refused:#cf3a24;--reset:#e8793a;--timeout:#c99700;--http:#0b7fab;--wrong:#3d5bc7;--unreachable:#7a3b2e;--noname:#b8327f;--hatch:#ffffff80;--slow:#fdf0d5;
--track:#eae8e1;--ending:#a9b3bf;--offer:#8796a8;--starting:#5d7389;--telling:#b98900;--noticing:#cc4a12;--loading:#b8276b;--keeping:#6741d9;--serving:#23835f;--returning:#8a5a34;--on:#fff}
@media (prefers-color-scheme:dark){:root{--bg:#14171c;--ink:#eceff3;--dim:#a3adb9;--line:#363c45;--panel:#1c2027;--accent:#ff8a70;
--ok:#37b98b;--k503:#a987f5;--refused:#f0604a;--reset:#f59a5f;--timeout:#e0b62c;--http:#3fb0dc;--wrong:#8098f2;--unreachable:#c07a68;--noname:#e46fb0;--hatch:#00000070;--slow:#3a3018;
--track:#262b33;--ending:#737d88;--offer:#8fa3b8;--starting:#b9cbdd;--telling:#ffd166;--noticing:#ff8a55;--loading:#f06ba3;--keeping:#a78bfa;--serving:#37b98b;--returning:#d0a07a;--on:#14171c}}
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
.figure.small{font-size:2.5rem}.headline.never-down .figure{color:var(--ok)}.sure{font-size:1.35rem;color:var(--dim)}
.lead{font-size:1.2rem;max-width:62em;margin:0 0 .25em}
.compare th,.compare td{padding:.6em .9em .6em .35em;vertical-align:middle}
.compare tbody th b{display:block;font-size:1.08rem}.compare small{display:block;color:var(--dim);font-size:.84rem;line-height:1.35}.compare tbody th{width:20%}.compare .made{width:44%}.compare td:last-child{width:18%}
.compare td.headline{display:table-cell;white-space:nowrap}.compare .figure.small{display:block;font-size:2.1rem}.compare .sure{white-space:normal;max-width:9em}
.phases{display:flex;height:34px;margin:.1em 0 .35em;border-radius:6px;overflow:hidden;background:var(--track)}.phases i{position:relative;min-width:1px;font-style:normal}.phases span{position:absolute;inset:0;display:grid;place-items:center;color:var(--on);font-size:.84rem;font-weight:700;font-variant-numeric:tabular-nums;white-space:nowrap}
.phase-key{display:flex;flex-wrap:wrap;gap:4px 22px;font-size:.95rem}.swatch{display:inline-block;width:26px;height:16px;border-radius:3px}
.range{position:relative;height:26px;margin:.1em 0 .35em;border-radius:6px;background:var(--track)}.range i{position:absolute;top:0;bottom:0;min-width:3px;border-radius:6px;background:var(--starting)}.range b{position:absolute;top:-3px;bottom:-3px;width:4px;margin-left:-2px;background:var(--accent)}
.p-ending{background:var(--ending);--on:#14171c}.p-offer{background:var(--offer);--on:#14171c}.p-starting{background:var(--starting)}.p-telling{background:var(--telling)}.p-noticing{background:var(--noticing)}.p-loading{background:var(--loading)}.p-keeping{background:var(--keeping)}.p-serving{background:var(--serving)}.p-returning{background:var(--returning)}.p-unknown{background:var(--dim)}.p-lost{background:repeating-linear-gradient(45deg,var(--dim) 0 3px,transparent 3px 9px)}
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
@media print{@page{size:A4 landscape;margin:12mm}:root{--bg:#fff;--ink:#000;--dim:#444;--line:#bbb;--panel:#fff;--accent:#a32a14;--ok:#2f9e77;--k503:#8250df;--refused:#cf3a24;--reset:#e8793a;--timeout:#c99700;--http:#0b7fab;--wrong:#3d5bc7;--unreachable:#7a3b2e;--noname:#b8327f;--hatch:#ffffff80;--slow:#fdf0d5;
--track:#eee;--ending:#a9b3bf;--offer:#8796a8;--starting:#5d7389;--telling:#b98900;--noticing:#cc4a12;--loading:#b8276b;--keeping:#6741d9;--serving:#23835f;--returning:#8a5a34;--on:#fff}
body{font-size:11pt}main{max-width:none;padding:0}*{-webkit-print-color-adjust:exact;print-color-adjust:exact}.figure{font-size:40pt}figure,table,.alarm{break-inside:avoid}figure svg[viewBox]{min-width:0}.run+.run{break-before:page}}
`;
