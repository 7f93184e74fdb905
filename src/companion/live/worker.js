// Runs numbercheck's own Python files in a worker; nothing here asks a network.
"use strict";
const NOWHERE = "https://offline.invalid/"; // Pyodide wants an address; every request is answered here
let python, opened = 0;

function serve(files) {
  self.fetch = (address) => {
    const name = String(address).split("/").pop();
    if (!(name in files)) return Promise.reject(new Error(`no network: ${address}`));
    const type = name.endsWith(".wasm") ? "application/wasm" : "application/octet-stream";
    return Promise.resolve(new Response(files[name], { headers: { "Content-Type": type } }));
  };
}

async function start({ wasm, library, code, lock }) {
  serve({ "pyodide.asm.wasm": wasm, "python_stdlib.zip": library });
  const runtime = await self.loadPyodide({
    indexURL: NOWHERE, packageBaseUrl: NOWHERE, lockFileContents: lock,
    createPyodideModule: self.createPyodideModule,
  });
  runtime.FS.writeFile("/code.zip", code);
  runtime.runPython("import zipfile, sys; zipfile.ZipFile('/code.zip').extractall('/code'); sys.path.insert(0, '/code')");
  python = { runtime, browser: runtime.pyimport("numbercheck.browser") };
}

// A ledger's files, or one archive of them, in a folder of its own.
function place({ files }) {
  const folder = `/ledger-${++opened}`;
  python.runtime.FS.mkdirTree(folder);
  for (const [name, bytes] of Object.entries(files)) python.runtime.FS.writeFile(`${folder}/${name}`, bytes);
  return { folder, ...JSON.parse(python.browser.unpack(folder)) };
}

const answers = {
  start: async (asked) => { await start(asked); return {}; },
  place,
  describe: ({ folder }) => JSON.parse(python.browser.describe(folder)),
  judge: ({ folder, edits }) => ({ text: python.browser.judge(folder, JSON.stringify(edits)) }),
  save: ({ folder, edits }) => {
    const told = JSON.parse(python.browser.save(folder, JSON.stringify(edits), "/saved.zip"));
    return told.error ? told : { archive: python.runtime.FS.readFile("/saved.zip") };
  },
};

self.onmessage = async ({ data }) => {
  try {
    self.postMessage({ id: data.id, answer: await answers[data.ask](data) });
  } catch (error) {
    self.postMessage({ id: data.id, answer: { error: String(error.message || error) } });
  }
};
