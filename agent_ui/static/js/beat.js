// A worker: its timer goes on at full pace in a tab that is not in front.
setInterval(() => postMessage(null), 2000);
