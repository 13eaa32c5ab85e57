'use strict';
// Everything the page shows comes from #data and goes into the page as text, never as markup.
(() => {
  const data = JSON.parse(document.getElementById('data').textContent);
  const page = document.getElementById('page');
  const PAGE_ROWS = 200, CHAIN_HOSTS = 12, CHAIN_STEPS = 24, MATRIX_HOSTS = 20, TOP_RULES = 15, CELL_TEXT = 400;
  let lang = data.lang;
  const state = { words: '', levels: [true, true, true, true, true], host: -1, tactic: '', rule: -1, from: null, to: null,
                  limit: PAGE_ROWS, open: new Set() };

  // --- text ---
  const say = (key, ...args) =>
    (data.strings[lang][key] || key).replace(/\{(\d)\}/g, (_, i) => String(args[Number(i)]));
  const number = (n) => n.toLocaleString(lang === 'ja' ? 'ja-JP' : 'en-US');
  const tacticName = (t) => (lang === 'ja' && data.tacticNames[t]) || t;
  const titleOf = (r) => (lang === 'ja' && data.rules[r].titleJa) || data.rules[r].title;
  const aboutOf = (r) => (lang === 'ja' && data.rules[r].aboutJa) || data.rules[r].about;
  const hostName = (h) => data.hosts[h].name || say('ReportUnknownHost');
  let clock;
  try {
    clock = new Intl.DateTimeFormat('sv-SE', { timeZone: data.zone, year: 'numeric', month: '2-digit', day: '2-digit',
      hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false });
  } catch (e) {
    clock = null;
  }
  const zoneName = clock ? data.zone : 'UTC';
  const time = (ms, exact) => {
    if (ms === null) return '–';
    const text = clock ? clock.format(new Date(ms)) : new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
    return exact ? text + '.' + String(((ms % 1000) + 1000) % 1000).padStart(3, '0') : text;
  };
  const bytes = (n) => {
    const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
    let u = 0;
    for (; n >= 1024 && u < units.length - 1; ++u) n /= 1024;
    return n.toLocaleString('en-US', { maximumFractionDigits: u ? 1 : 0 }) + ' ' + units[u];
  };

  // --- making elements ---
  const add = (parent, ...children) => {
    for (const c of children) if (c !== null && c !== undefined && c !== '') parent.append(c);
    return parent;
  };
  const el = (tag, className, ...children) => {
    const e = document.createElement(tag);
    if (className) e.className = className;
    return add(e, ...children);
  };
  const svg = (tag, attributes, ...children) => {
    const e = document.createElementNS('http://www.w3.org/2000/svg', tag);
    for (const [k, v] of Object.entries(attributes)) e.setAttribute(k, String(v));
    return add(e, ...children);
  };
  const button = (className, text, act) => {
    const b = el('button', className, text);
    b.type = 'button';
    b.addEventListener('click', act);
    return b;
  };
  const card = (title, note, ...children) =>
    el('section', 'card', el('div', 'head', el('h2', '', title), note ? el('span', 'note', note) : null), ...children);

  // Each level is a word, a colour and a shape: square, triangle, diamond, disc, ring.
  const SHAPES = ['', 'M7 1a6 6 0 1 0 .01 0z', 'M7 0.5 13.5 7 7 13.5 0.5 7z', 'M7 1 13.5 13H.5z',
                  'M1 1h12v12H1z'];
  const shape = (level) => {
    const s = svg('svg', { viewBox: '0 0 14 14', class: 'shape t' + level, 'aria-hidden': 'true' });
    if (level === 0) s.append(svg('circle', { cx: 7, cy: 7, r: 5, 'stroke-width': 2 }));
    else s.append(svg('path', { d: SHAPES[level], stroke: 'none' }));
    if (level === 0) s.firstChild.setAttribute('fill', 'none');
    return s;
  };
  const levelMark = (level) => el('span', 'level t' + level, shape(level), say('ReportLevel' + level));
  const levelCounts = (counts) =>
    [4, 3, 2, 1, 0].filter((l) => counts[l]).map((l) => say('ReportLevel' + l) + ' ' + number(counts[l])).join(' · ');

  // --- rows: [ms, rule, host, file, channel, event id, record id, line, fields, count, last, correlation] ---
  const T = 0, RULE = 1, HOST = 2, FILE = 3, CHANNEL = 4, EVENT = 5, RECORD = 6, LINE = 7, FIELDS = 8, COUNT = 9,
        LAST = 10, CORR = 11;
  const rows = data.rows;
  const textOf = (row) => {
    const r = data.rules[row[RULE]];
    return [time(row[T]), hostName(row[HOST]), r.title, r.titleJa, r.id, data.files[row[FILE]], row[CHANNEL], row[EVENT],
            row[RECORD], r.tactics.join(' '), r.techniques.join(' '), JSON.stringify(row[FIELDS])].join('\n').toLowerCase();
  };
  const searchable = new Array(rows.length);
  const fits = (row, i, words) => {
    const r = data.rules[row[RULE]];
    if (!state.levels[r.level]) return false;
    if (state.host >= 0 && row[HOST] !== state.host) return false;
    if (state.rule >= 0 && row[RULE] !== state.rule) return false;
    if (state.tactic && !r.tactics.includes(state.tactic)) return false;
    if (state.from !== null && (row[T] === null || row[T] < state.from || row[T] >= state.to)) return false;
    if (!words.length) return true;
    searchable[i] = searchable[i] || textOf(row).replaceAll('\\\\', '\\');
    return words.every((w) => searchable[i].includes(w));
  };

  // --- sections ---
  const f = data.findings;
  const worst = () => [4, 3, 2, 1, 0].find((l) => f.byLevel[l]);
  const hostsBySeverity = data.hosts.map((h, i) => i).filter((i) => data.hosts[i].count)
    .sort((a, b) => { for (let l = 4; l >= 0; --l) { const d = data.hosts[b].byLevel[l] - data.hosts[a].byLevel[l];
      if (d) return d; } return a - b; });

  const header = () => {
    const switchLanguage = button('plain', say('ReportLanguage'), () => { lang = lang === 'ja' ? 'en' : 'ja'; draw(); });
    switchLanguage.lang = lang === 'ja' ? 'en' : 'ja';
    return el('header', 'top',
      el('div', '', el('div', 'brand', 'YOROZU'), el('h1', '', say('ReportTitle')),
        el('div', 'meta', say('ReportSubtitle', number(data.input.files), number(data.input.records)) + '  ·  ' +
          say('ReportMade', time(data.made)) + '  ·  ' + say('ReportTimesIn', zoneName))),
      el('div', 'actions', switchLanguage, button('plain', say('ReportPrint'), () => window.print())));
  };

  const verdict = () => {
    const level = worst();
    const key = level === undefined ? 'ReportVerdictNone' : ['ReportVerdictLow', 'ReportVerdictLow', 'ReportVerdictMedium',
      'ReportVerdictHigh', 'ReportVerdictCritical'][level];
    const box = el('section', 'card verdict t' + (level === undefined ? 1 : level),
      el('h2', '', level === undefined ? null : shape(level), say(key)));
    if (data.cancelled) box.append(el('p', '', say('ReportCancelled')));
    if (level === undefined) return add(box, el('p', '', say('ReportNoneMeans')));
    const sentences = [say('ReportPeriod', time(f.first), time(f.last), number(f.total), number(hostsBySeverity.length))];
    if (hostsBySeverity.length > 1)
      sentences.push(say('ReportWorstHost', hostName(hostsBySeverity[0]), levelCounts(data.hosts[hostsBySeverity[0]].byLevel)));
    const serious = rows.find((r) => data.rules[r[RULE]].level >= 3 && r[T] !== null);
    if (serious)
      sentences.push(say('ReportFirstSerious', titleOf(serious[RULE]), hostName(serious[HOST]), time(serious[T])));
    box.append(el('p', '', sentences.join(lang === 'ja' ? '' : ' ')));
    const tiles = el('div', 'tiles');
    for (let l = 4; l >= 0; --l) {
      const tile = button('tile t' + l + (f.byLevel[l] ? '' : ' zero'), '', () =>
        show({ levels: [0, 1, 2, 3, 4].map((x) => x === l) }));
      tiles.append(add(tile, levelMark(l), el('div', 'n', number(f.byLevel[l])), el('div', 'note', say('ReportLevelMeans' + l))));
    }
    return add(box, tiles);
  };

  const story = () => {
    const list = el('ol', 'story');
    data.tactics.forEach((name, i) => {
      if (!f.byTactic[i]) return;
      const hosts = hostsBySeverity.filter((h) => data.hosts[h].byTactic[i]).map(hostName);
      const first = rows.find((r) => r[T] !== null && data.rules[r[RULE]].tactics.includes(name));
      const where = hosts.slice(0, 4).join(', ') + (hosts.length > 4 ? ' …' : '');
      list.append(el('li', '', el('div', '', el('b', '', tacticName(name)), '  ',
        el('span', 'note', say('ReportCount', number(f.byTactic[i])) + (first ? '  ·  ' + time(first[T]) : '')),
        el('div', '', data.strings[lang]['ReportTactic_' + name.replaceAll(' ', '_')] || ''), el('span', 'note', where))));
    });
    return card(say('ReportStory'), '', el('p', 'note', say('ReportStoryNote')), el('br'), list);
  };

  const steps = () => {
    const list = el('ol', 'steps');
    const step = (key, ...args) => list.append(el('li', '', say(key, ...args)));
    const has = (t) => f.byTactic[data.tactics.indexOf(t)] > 0;
    const serious = hostsBySeverity.filter((h) => data.hosts[h].byLevel[4] + data.hosts[h].byLevel[3] > 0);
    if (serious.length) {
      step('ReportStepIsolate', serious.slice(0, 6).map(hostName).join(', ') + (serious.length > 6 ? ', ' + say('ReportMoreHosts', number(serious.length - 6)) : ''));
      step('ReportStepPreserve');
      if (has('Credential Access') || has('Lateral Movement') || has('Privilege Escalation')) step('ReportStepPasswords');
      if (has('Impact')) step('ReportStepBackups');
      if (has('Lateral Movement')) step('ReportStepSpread');
      step('ReportStepReport');
    }
    if (data.evidence.total) step('ReportStepGaps');
    step('ReportStepReview');
    return card(say('ReportSteps'), '', list);
  };

  const span = (ms) => {
    const minutes = Math.round(ms / 60000);
    if (minutes < 60) return say('ReportMinutes', minutes);
    if (minutes < 1440) return say('ReportHours', minutes / 60);
    return say('ReportDays', minutes / 1440);
  };

  const chart = () => {
    const { start, width, counts } = data.chart;
    if (!counts.length) return null;
    const W = 1160, H = 230, left = 52, right = 8, top = 12, bottom = 30;
    const totals = counts.map((c) => c.reduce((a, b) => a + b, 0));
    const most = Math.max(...totals, 1);
    const magnitude = 10 ** Math.floor(Math.log10(most));
    const unit = [1, 2, 5, 10].map((m) => m * magnitude).find((u) => most / u <= 4) || magnitude * 10;
    const ceiling = Math.max(Math.ceil(most / unit) * unit, 1);
    const x = (i) => left + ((W - left - right) * i) / counts.length;
    const y = (n) => H - bottom - ((H - top - bottom) * n) / ceiling;
    const out = svg('svg', { viewBox: `0 0 ${W} ${H}`, class: 'chart', role: 'img', 'aria-label': say('ReportChart') });
    for (let n = 0; n <= ceiling; n += Math.max(unit, 1)) {
      out.append(svg('line', { x1: left, x2: W - right, y1: y(n), y2: y(n), class: 'axis' }));
      out.append(svg('text', { x: left - 8, y: y(n) + 4, 'text-anchor': 'end' }, number(n)));
    }
    const bar = Math.max(Math.min((W - left - right) / counts.length - 1, 26), 1.5);
    counts.forEach((c, i) => {
      let base = 0;
      const middle = (x(i) + x(i + 1)) / 2;
      for (let l = 0; l <= 4; ++l) {
        if (!c[l]) continue;
        const height = Math.max(y(base) - y(base + c[l]), 1.5);
        out.append(svg('rect', { x: middle - bar / 2, y: y(base) - height, width: bar, height, class: 't' + l, fill: 'var(--tone)' }));
        base += c[l];
      }
      if (!totals[i]) return;
      const from = start + i * width;
      const slot = svg('rect', { x: x(i), y: top, width: x(i + 1) - x(i), height: H - top - bottom,
        class: 'slot' + (state.from === from ? ' on' : ''), tabindex: 0, role: 'button' },
        svg('title', {}, `${time(from)} – ${time(from + width)}\n${levelCounts(c)}`));
      const choose = () => show({ from, to: from + width });
      slot.addEventListener('click', choose);
      slot.addEventListener('keydown', (e) => { if (e.key === 'Enter') choose(); });
      out.append(slot);
    });
    const labels = Math.min(6, counts.length);
    const dayOnly = width * counts.length > 4 * 86400000;
    for (let k = 0; k <= labels; ++k) {
      const i = Math.round((counts.length * k) / labels);
      out.append(svg('text', { x: x(i), y: H - 9, 'text-anchor': k === 0 ? 'start' : k === labels ? 'end' : 'middle' },
        dayOnly ? time(start + i * width).slice(0, 10) : time(start + i * width).slice(5, 16)));
    }
    const legend = el('div', 'legend');
    for (let l = 4; l >= 0; --l) if (f.byLevel[l]) legend.append(levelMark(l));
    return card(say('ReportChart'), say('ReportChartNote', span(width)), out, legend);
  };

  const matrix = () => {
    const used = data.tactics.map((t, i) => i).filter((i) => f.byTactic[i]);
    if (!used.length) return null;
    const shown = hostsBySeverity.slice(0, MATRIX_HOSTS);
    const most = Math.max(...shown.flatMap((h) => used.map((t) => data.hosts[h].byTactic[t])), 1);
    const head = el('tr', '', el('th', '', say('ReportHost')), ...used.map((t) => el('th', 'stage', tacticName(data.tactics[t]))),
      el('th', 'num', say('ReportAll')));
    const body = el('tbody', '');
    for (const h of shown) {
      const line = el('tr', '', el('td', 'host', hostName(h)));
      for (const t of used) {
        const n = data.hosts[h].byTactic[t];
        if (!n) { line.append(el('td', '', el('div', 'cell none', '·'))); continue; }
        const cell = button('cell', number(n), () => show({ host: h, tactic: data.tactics[t] }));
        const heat = 0.12 + 0.6 * (Math.log(n + 1) / Math.log(most + 1));
        cell.style.background = `rgba(var(--heat), ${heat.toFixed(2)})`;
        cell.title = `${hostName(h)} · ${tacticName(data.tactics[t])}: ${number(n)}`;
        line.append(el('td', '', cell));
      }
      body.append(add(line, el('td', 'num', number(data.hosts[h].count))));
    }
    const left = hostsBySeverity.length - shown.length;
    return card(say('ReportMatrix'), say('ReportMatrixNote'), el('div', 'scroll', el('table', 'matrix', el('thead', '', head), body)),
      left > 0 ? el('p', 'note', say('ReportMoreHosts', number(left))) : null);
  };

  const topRules = () => {
    const list = data.rules.map((r, i) => i).sort((a, b) => data.rules[b].count - data.rules[a].count || data.rules[b].level - data.rules[a].level);
    if (!list.length) return null;
    const most = data.rules[list[0]].count;
    const body = el('tbody', '');
    for (const i of list.slice(0, TOP_RULES)) {
      const r = data.rules[i];
      const share = el('span', 'share t' + r.level);
      share.style.width = `${Math.max((100 * r.count) / most, 1).toFixed(1)}%`;
      const line = el('tr', 'row', el('td', '', levelMark(r.level)),
        el('td', '', titleOf(i), r.noisy ? ' ' : null, r.noisy ? el('span', 'tag', say('ReportNoisy')) : null, share),
        el('td', 'num', number(r.count)), el('td', 'when', time(r.first)), el('td', 'when', time(r.last)));
      line.addEventListener('click', () => show({ rule: i }));
      body.append(line);
    }
    const head = el('tr', '', el('th', '', say('ReportLevel')), el('th', '', say('ReportRule')), el('th', 'num', say('ReportAll')),
      el('th', '', say('ReportFirst')), el('th', '', say('ReportLast')));
    return card(say('ReportRules'), '', el('div', 'scroll', el('table', '', el('thead', '', head), body)));
  };

  const chains = () => {
    const least = f.byLevel[4] + f.byLevel[3] > 0 ? (f.byLevel[4] + f.byLevel[3] > 400 ? 3 : 2) : f.byLevel[2] ? 2 : 0;
    const steps = new Map();
    for (const row of rows) {
      if (data.rules[row[RULE]].level < least || row[T] === null) continue;
      const list = steps.get(row[HOST]) || [];
      steps.set(row[HOST], list);
      const last = list[list.length - 1];
      if (last && last.rule === row[RULE]) last.count += row[COUNT];
      else list.push({ rule: row[RULE], at: row[T], count: row[COUNT] });
    }
    const hosts = hostsBySeverity.filter((h) => steps.has(h));
    if (!hosts.length) return null;
    const grid = el('div', 'chains');
    for (const h of hosts.slice(0, CHAIN_HOSTS)) {
      const list = el('ol', '');
      for (const s of steps.get(h).slice(0, CHAIN_STEPS)) {
        const r = data.rules[s.rule];
        list.append(el('li', '', shape(r.level), el('span', 'when', time(s.at) + '  ' + say('ReportLevel' + r.level)),
          titleOf(s.rule) + (s.count > 1 ? ` ×${number(s.count)}` : ''), ' ',
          el('span', 'note', r.tactics.map(tacticName).join(', '))));
      }
      const left = steps.get(h).length - CHAIN_STEPS;
      grid.append(el('div', 'chain', el('h3', '', hostName(h), el('span', 'note', levelCounts(data.hosts[h].byLevel))), list,
        left > 0 ? el('p', 'note', say('ReportMoreSteps', number(left))) : null));
    }
    const more = hosts.length - CHAIN_HOSTS;
    return card(say('ReportChains'), say('ReportChainsNote', say('ReportLevel' + least)), grid,
      more > 0 ? el('p', 'note', say('ReportMoreHosts', number(more))) : null);
  };

  // --- the table ---
  const valueText = (v) => (typeof v === 'string' ? v : Array.isArray(v) ? v.map(valueText).join('\n') : JSON.stringify(v));
  const brief = (row) => {
    const box = el('div', 'brief');
    for (const [k, v] of Object.entries(row[FIELDS]))
      box.append(el('span', 'k', k + ': '), valueText(v).replaceAll('\n', ' ').slice(0, CELL_TEXT), '  ');
    return box;
  };
  const detail = (row) => {
    const r = data.rules[row[RULE]];
    const list = el('dl', 'fields');
    const pair = (name, value, className) => { if (value !== '' && value !== null) list.append(el('dt', '', name), el('dd', className || '', value)); };
    for (const [k, v] of Object.entries(row[FIELDS])) pair(k, valueText(v), 'mono');
    list.append(el('hr'));
    const where = [data.files[row[FILE]]];
    if (row[RECORD] !== null) where.push(say('ReportRecord', row[RECORD]));
    if (row[LINE] !== null) where.push(say('ReportLine', row[LINE]));
    pair(say('ReportSource'), where.join('  ·  '));
    pair(say('ReportChannel'), row[CHANNEL] + (row[EVENT] === null ? '' : '  ·  ' + say('ReportEventId') + ' ' + row[EVENT]));
    if (row[COUNT] > 1) pair(say('ReportCount', number(row[COUNT])), say('ReportRepeated', number(row[COUNT]), time(row[LAST])));
    if (row[CORR]) {
      pair(say('ReportValue'), String(row[CORR].value));
      const events = row[CORR].events.map((e) => e.file + '  ' + (e.line ? say('ReportLine', e.line) : say('ReportRecord', e.record_id)));
      pair(say('ReportEvents'), events.join('\n') + (row[CORR].total > events.length ? '\n… ' + number(row[CORR].total) : ''));
    }
    pair(say('ReportAttack'), [...r.tactics.map(tacticName), ...r.techniques].join('  ·  '));
    pair(say('ReportAbout'), aboutOf(row[RULE]));
    pair(say('ReportRuleId'), r.id + '  ·  ' + r.file, 'mono');
    const cell = el('td', '', list);
    cell.colSpan = 5;
    return el('tr', 'detail', cell);
  };

  let table = null, redrawTable = () => {};
  const findings = () => {
    const body = el('tbody', ''), shownText = el('span', 'note'), chips = el('span', '');
    const more = button('plain more', say('ReportMore'), () => { state.limit += PAGE_ROWS; redrawTable(); });
    const search = el('input', '');
    search.type = 'search';
    search.id = 'filter';
    search.placeholder = say('ReportFilter');
    search.setAttribute('aria-label', say('ReportFilter'));
    search.value = state.words;
    let wait = 0;
    search.addEventListener('input', () => { clearTimeout(wait); wait = setTimeout(() => { state.words = search.value; state.limit = PAGE_ROWS; redrawTable(); }, 120); });
    const host = el('select', '');
    host.setAttribute('aria-label', say('ReportHost'));
    const option = (value, text) => { const o = el('option', '', text); o.value = value; return o; };
    add(host, option(-1, say('ReportAllHosts')), ...hostsBySeverity.map((h) => option(h, hostName(h))));
    host.addEventListener('change', () => { state.host = Number(host.value); state.limit = PAGE_ROWS; redrawTable(); });
    const toggles = [4, 3, 2, 1, 0].filter((l) => f.byLevel[l]).map((l) => {
      const b = button('toggle', '', () => { state.levels[l] = !state.levels[l]; state.limit = PAGE_ROWS; redrawTable(); });
      b.append(levelMark(l));
      return [l, b];
    });
    const clear = button('chip', '', () => show({}));

    redrawTable = () => {
      const words = state.words.toLowerCase().split(/\s+/).filter(Boolean);
      const found = [];
      rows.forEach((row, i) => { if (fits(row, i, words)) found.push(i); });
      body.replaceChildren();
      for (const i of found.slice(0, state.limit)) {
        const row = rows[i], r = data.rules[row[RULE]];
        const line = el('tr', 'row', el('td', 'when', time(row[T], true)), el('td', '', levelMark(r.level)), el('td', '', hostName(row[HOST])),
          el('td', '', titleOf(row[RULE]), row[COUNT] > 1 ? ` ×${number(row[COUNT])}` : '', el('div', 'note', r.tactics.map(tacticName).concat(r.techniques).join(' · '))),
          el('td', '', brief(row)));
        line.tabIndex = 0;
        line.setAttribute('aria-expanded', String(state.open.has(i)));
        const toggle = () => { state.open.has(i) ? state.open.delete(i) : state.open.add(i); redrawTable(); };
        line.addEventListener('click', () => { if (!String(window.getSelection())) toggle(); });
        line.addEventListener('keydown', (e) => { if (e.key === 'Enter') toggle(); });
        body.append(line);
        if (state.open.has(i)) { line.classList.add('open'); body.append(detail(row)); }
      }
      if (!found.length) { const c = el('td', 'note', say('ReportNothing')); c.colSpan = 5; body.append(el('tr', '', c)); }
      shownText.textContent = say('ReportShown', number(Math.min(found.length, state.limit)), number(found.length));
      more.hidden = found.length <= state.limit;
      for (const [l, b] of toggles) b.setAttribute('aria-pressed', String(state.levels[l]));
      host.value = String(state.host);
      const named = [state.tactic && tacticName(state.tactic), state.rule >= 0 && titleOf(state.rule), state.from !== null && time(state.from) + ' –'].filter(Boolean);
      const filtered = named.length || state.words || state.host >= 0 || state.levels.includes(false);
      clear.textContent = (named.length ? named.join(' · ') + '  ' : '') + '✕ ' + say('ReportClear');
      chips.replaceChildren(...(filtered ? [clear] : []));
    };
    redrawTable();
    const head = el('tr', '', ...[['time', 'ReportTime'], ['level', 'ReportLevel'], ['host', 'ReportHost'], ['rule', 'ReportRule'], ['what', 'ReportDetails']]
      .map(([c, key]) => el('th', 'c-' + c, say(key))));
    const left = f.rows - rows.length;
    table = card(say('ReportTable'), '', left > 0 ? el('p', 'note', say('ReportLeftOut', number(rows.length), number(left))) : null,
      el('div', 'tools', search, host, ...toggles.map(([, b]) => b), chips, shownText),
      el('table', 'rows', el('thead', '', head), body), more);
    return table;
  };

  /// Shows the table filtered by that alone.
  const show = (change) => {
    Object.assign(state, { words: '', levels: [true, true, true, true, true], host: -1, tactic: '', rule: -1, from: null, to: null, limit: PAGE_ROWS }, change);
    draw();
    if (table) table.scrollIntoView({ block: 'start' });
  };

  // --- evidence and basis ---
  const evidence = () => {
    const e = data.evidence;
    if (!e.total) return card(say('ReportEvidence'), '', el('p', '', say('ReportEvidenceNone')));
    const list = el('ul', 'list');
    const item = (file, text) => list.append(el('li', '', text, el('span', 'where mono', data.evidence.files[file])));
    for (const g of e.gaps) item(g[0], say('ReportGap', g[1], g[2], time(g[3]), time(g[4])));
    for (const s of e.steps) item(s[0], say('ReportTimeStep', s[1], time(s[2]), time(s[3])));
    for (const d of e.damages) item(d[0], say('ReportDamage', d[1], number(d[2]), d[3]));
    const left = e.total - e.gaps.length - e.steps.length - e.damages.length;
    return card(say('ReportEvidence'), say('ReportEvidenceNote'), list, left > 0 ? el('p', 'note', say('ReportMoreItems', number(left))) : null);
  };
  const basis = () => {
    const r = data.ruleUse;
    const box = el('div', 'basis',
      el('p', '', say('ReportBasisInput', number(data.input.files), bytes(data.input.bytes), number(data.input.records), data.input.seconds.toFixed(2))),
      el('p', '', say('ReportBasisRules', number(r.loaded), number(r.failedTotal), number(r.cannotFire.reduce((a, b) => a + b, 0)))));
    const reasons = el('ul', '');
    r.cannotFire.forEach((n, i) => { if (n) reasons.append(el('li', '', number(n) + ': ' + say('ReportReason' + i))); });
    box.append(reasons);
    if (data.input.unreadable.length)
      box.append(el('h3', '', say('ReportUnreadable')), el('ul', 'list', ...data.input.unreadable.map(([n, why]) => el('li', '', n, el('span', 'where', why)))));
    if (r.failed.length)
      box.append(el('h3', '', say('ReportFailedRules')), el('ul', 'list', ...r.failed.map(([n, why]) => el('li', '', why, el('span', 'where mono', n)))),
        r.failedTotal > r.failed.length ? el('p', 'note', say('ReportMoreItems', number(r.failedTotal - r.failed.length))) : '');
    return card(say('ReportBasis'), '', box);
  };

  const draw = () => {
    document.documentElement.lang = lang;
    document.title = say('ReportTitle') + ' – Yorozu';
    const parts = [header(), verdict()];
    if (f.total) parts.push(chart(), el('div', 'two', story(), steps()), matrix(), topRules(), chains(), findings());
    parts.push(evidence(), basis());
    page.replaceChildren(...parts.filter(Boolean));
  };

  // #q=words&lang=en: a page can be linked to with its filter.
  const asked = new URLSearchParams(location.hash.slice(1));
  if (asked.get('lang') === 'ja' || asked.get('lang') === 'en') lang = asked.get('lang');
  state.words = asked.get('q') || '';
  draw();
})();
