const t = performance.now(); const c = process.cpuUsage();
const m = process.argv[2];
await import(m);
const d = process.cpuUsage(c);
console.log(m.replace('/tmp/w/b/',''), 'wall', (performance.now() - t).toFixed(0), 'cpu', ((d.user + d.system) / 1000).toFixed(0));
