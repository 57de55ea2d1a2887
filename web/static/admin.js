// Comfort only: every page of the admin side works without this script.
(() => {
  "use strict";

  const status = document.getElementById("status");
  const SECOND = 1000;

  // The page that the server answered with takes the place of this one.
  const show = (html) => {
    const answered = new DOMParser().parseFromString(html, "text/html");
    const main = answered.querySelector("main");
    if (!main) return;
    document.title = answered.title;
    document.querySelector("main").replaceWith(document.adoptNode(main));
    begin();
    document.querySelector("main").focus();
    scrollTo(0, 0);
  };

  // Uploads: files are dropped on the field, weighed before they are sent, and a bar shows how far they have come.

  const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;

  const weighed = (form) => {
    const files = [...form.querySelector("input[type=file]").files];
    const bytes = files.reduce((sum, file) => sum + file.size, 0);
    const most = Number(form.dataset.files);
    const room = Number(form.dataset.megabytes);
    let problem = "";
    if (files.length > most) problem = `一次最多 ${most} 个文件，请分几次上传。`;
    else if (bytes > room * 1e6) problem = `一次最多 ${room} MB，请分几次上传。`;
    return { files, bytes, problem };
  };

  const item = (text, className = "") => {
    const made = document.createElement("li");
    made.textContent = text;
    made.className = className;
    return made;
  };

  const list = (form) => {
    const { files, bytes, problem } = weighed(form);
    const chosen = form.querySelector(".chosen");
    const lines = files.slice(0, 20).map((file) => item(`${file.name.slice(0, 80)}（${megabytes(file.size)}）`));
    if (files.length > 20) lines.push(item(`另有 ${files.length - 20} 个`));
    if (problem) lines.push(item(problem, "over-limit"));
    chosen.replaceChildren(...lines);
    form.querySelector("button[type=submit]").disabled = Boolean(problem);
    status.textContent = problem || (files.length ? `已选 ${files.length} 个文件，共 ${megabytes(bytes)}` : "");
  };

  const isFolder = (entry) => entry.webkitGetAsEntry?.()?.isDirectory;

  const drop = (event, form) => {
    const items = [...event.dataTransfer.items];
    if (items.some(isFolder)) {
      form.querySelector(".chosen").replaceChildren(item("文件夹不能直接拖进来，请先压缩成 zip。", "over-limit"));
      status.textContent = "文件夹不能直接拖进来，请先压缩成 zip。";
      return;
    }
    form.querySelector("input[type=file]").files = event.dataTransfer.files;
    list(form);
  };

  const send = (form, button) => {
    const bar = form.querySelector("progress");
    const line = form.querySelector(".stage");
    const request = new XMLHttpRequest();
    const data = new FormData(form, button);
    const failed = () => {
      bar.hidden = true;
      button.disabled = false;
      line.textContent = "没有传完：网络中断，或者服务器拒绝了。请检查网络后再试。";
      status.textContent = line.textContent;
    };
    bar.hidden = false;
    button.disabled = true;
    request.upload.addEventListener("progress", (event) => {
      if (!event.lengthComputable) return;
      bar.max = event.total;
      bar.value = event.loaded;
      line.textContent =
        event.loaded < event.total ? `正在上传：${megabytes(event.loaded)} / ${megabytes(event.total)}` : "正在检查文件……";
    });
    request.addEventListener("load", () => show(request.responseText));
    request.addEventListener("error", failed);
    request.addEventListener("abort", failed);
    request.open("POST", form.action);
    request.send(data);
    status.textContent = "正在上传";
  };

  // A run of the indexer: asked once a second; told aloud when the stage changes and at each quarter.

  const told = (run) => {
    const quarter = Math.floor(run.share * 4) * 25;
    return quarter ? `${run.stage}，已完成 ${quarter}%` : run.stage;
  };

  const watch = (place) => {
    const bar = place.querySelector("progress");
    const line = place.querySelector(".stage");
    let failures = 0;
    const ask = async () => {
      try {
        const answer = await fetch(place.dataset.url, { headers: { Accept: "application/json" } });
        if (answer.redirected) return location.reload();
        if (!answer.ok) throw new Error(String(answer.status));
        const run = await answer.json();
        failures = 0;
        if (!run.running) return location.reload();
        if (run.share > 0) bar.value = run.share;
        else bar.removeAttribute("value");
        line.textContent = run.line;
        const said = told(run);
        if (status.textContent !== said) status.textContent = said;
      } catch {
        failures += 1;
        if (failures === 5) line.textContent = "暂时联系不上服务器，正在重试……";
      }
      setTimeout(ask, SECOND * Math.min(1 + failures, 10));
    };
    setTimeout(ask, SECOND);
  };

  function begin() {
    for (const place of document.querySelectorAll("[data-watch]")) watch(place);
    for (const element of document.querySelectorAll("[data-script]")) element.hidden = false;
  }

  const dropped = (event) => event.target.closest?.("form.drop");
  const carries = (event) => event.dataTransfer?.types.includes("Files");

  for (const name of ["dragenter", "dragover", "dragleave", "drop"]) {
    document.addEventListener(name, (event) => {
      if (!carries(event)) return;
      // A file that misses the field must not take the place of the page.
      event.preventDefault();
      const form = dropped(event);
      for (const each of document.querySelectorAll("form.drop")) each.classList.toggle("over", each === form && name !== "drop" && name !== "dragleave");
      if (form && name === "drop") drop(event, form);
    });
  }
  document.addEventListener("change", (event) => {
    if (event.target.matches("form.drop input[type=file]")) list(event.target.form);
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form.drop")) return;
    event.preventDefault();
    send(event.target, event.submitter ?? event.target.querySelector("button[type=submit]"));
  });
  begin();
})();
