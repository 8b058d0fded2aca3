"use strict";(()=>{
const text=c=>c.textContent.replace(/[\u2068\u2069]/g,"").trim();
const lone=c=>{const s=c.querySelector("small"),all=text(c);return s?all.slice(0,all.lastIndexOf(text(s))).trim():all};
const number=s=>{if(/^\d{4}-/.test(s))return NaN;const m=/^[-\u2212]?[\d,]*\.?\d+(e-?\d+)?/.exec(s);return m?parseFloat(m[0].replace(/,/g,"").replace("\u2212","-")):NaN};
const sort=(table,at,th)=>{
const up=th.getAttribute("aria-sort")!=="ascending",body=table.tBodies[0];
const key=r=>{const s=text(r.cells[at]),n=number(s);return[n,s]};
const rows=[...body.rows].map(r=>[key(r),r]);
rows.sort(([[a,s]],[[b,t]])=>{const x=isNaN(a),y=isNaN(b);if(x!==y)return x?1:-1;const d=x?s.localeCompare(t):a-b;return up?d:-d});
for(const h of table.tHead.rows[0].cells)h.removeAttribute("aria-sort");
th.setAttribute("aria-sort",up?"ascending":"descending");body.append(...rows.map(r=>r[1]))};
const field=s=>{if(/^[=+@\t\r-]/.test(s)&&!/^-?\d*\.?\d+(e-?\d+)?$/.test(s))s="'"+s;return/[",\n]/.test(s)?'"'+s.replace(/"/g,'""')+'"':s};
const plain=s=>/^[-\u2212]?[\d,]*\.?\d+(e-?\d+)?$/.test(s)?s.replace(/,/g,"").replace("\u2212","-"):s;
const unit=(rows,i)=>{const units=new Set();for(const r of rows.slice(1)){const c=r.cells[i];if(!c||c.localName==="th")return"";
const s=lone(c),m=/^[-\u2212]?[\d,]*\.?\d+(?:e-?\d+)? (\S+)$/.exec(s);if(m)units.add(m[1]);else if(s&&s!=="not estimated")return""}
return units.size===1?[...units][0]:""};
const csv=table=>{
const rows=[...table.rows],drawn=[...rows[0].cells].map(c=>c.hasAttribute("data-drawn"));
const wide=drawn.map((_,i)=>rows.some(r=>r.cells[i]&&r.cells[i].querySelector("small"))),units=drawn.map((_,i)=>unit(rows,i));
return rows.map((r,at)=>[...r.cells].flatMap((c,i)=>{if(drawn[i])return[];
if(at===0){const h=text(c)+(units[i]?" ("+units[i]+")":"");return wide[i]?[h,h+" low",h+" high"]:[h]}
const s=c.querySelector("small"),ends=s?text(s).slice(1,-1).split(" to "):["",""],v=lone(c);
return[units[i]?v.replace(" "+units[i],""):v,...(wide[i]?ends:[])].map(plain)}).map(field).join(",")).join("\n")+"\n"};
const copy=async(s,b)=>{let done=true;try{await navigator.clipboard.writeText(s)}catch{const a=document.createElement("textarea");a.value=s;document.body.append(a);a.select();done=document.execCommand("copy");a.remove()}
b.textContent=done?"Copied":"Could not copy";setTimeout(()=>b.textContent="Copy as CSV",2000)};
for(const table of document.querySelectorAll("table")){
[...table.tHead.rows[0].cells].forEach((th,at)=>{if(th.hasAttribute("data-drawn"))return;const b=document.createElement("button");b.type="button";b.textContent=th.textContent;th.replaceChildren(b);b.onclick=()=>sort(table,at,th)});
const b=document.createElement("button");b.type="button";b.className="copy";b.textContent="Copy as CSV";b.setAttribute("aria-live","polite");b.onclick=()=>copy(csv(table),b);
const s=table.parentElement,cue=document.createElement("p");cue.className="cue";cue.textContent="\u2194 Scroll sideways for all columns";s.before(b,cue);
new ResizeObserver(()=>cue.hidden=s.scrollWidth<=s.clientWidth+1).observe(s)}
})()
