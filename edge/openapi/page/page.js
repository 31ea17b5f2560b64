// Shows /openapi.json to a person: every route by service, what it takes, what it answers.

const METHODS = ["get", "post", "put", "patch", "delete"];
const DEPTH_MAX = 6;

/** Makes an element; children are nodes or texts, never markup. */
function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** Writes a schema as an example with types in place of values. */
function sketch(schema, components, depth = 0) {
  if (!schema) return null;
  if (schema.$ref) return sketch(components.schemas[schema.$ref.split("/").pop()], components, depth);
  if (depth > DEPTH_MAX) return "…";
  if (schema.type === "array") return [sketch(schema.items, components, depth + 1)];
  if (schema.properties) {
    const fields = Object.entries(schema.properties);
    return Object.fromEntries(fields.map(([name, field]) => [name, sketch(field, components, depth + 1)]));
  }
  if (schema.enum) return schema.enum.filter((name) => !name.endsWith("_UNSPECIFIED")).join(" | ");
  return schema.format ?? schema.type ?? "";
}

function limits(schema) {
  const named = ["minLength", "maxLength", "minimum", "maximum", "maxItems", "pattern"];
  return named.filter((name) => schema[name] !== undefined).map((name) => `${name} ${schema[name]}`).join(", ");
}

function parameters(operation) {
  if (!operation.parameters.length) return "";
  const rows = operation.parameters.map((given) =>
    make(
      "tr",
      {},
      make("td", {}, make("code", {}, given.name)),
      make("td", {}, given.in),
      make("td", {}, given.schema.format ?? given.schema.type ?? "", " ", limits(given.schema)),
      make("td", {}, given.description ?? ""),
    ),
  );
  const heads = ["Name", "In", "Type", ""].map((text) => make("th", { scope: "col" }, text));
  return make("table", {}, make("thead", {}, make("tr", {}, ...heads)), make("tbody", {}, ...rows));
}

function bodies(operation, components) {
  const shown = [];
  const request = operation.requestBody?.content["application/json"]?.schema;
  if (request) shown.push(["Body", request]);
  for (const [status, response] of Object.entries(operation.responses)) {
    const content = Object.values(response.content ?? {})[0];
    if (content?.schema) shown.push([`${status} ${response.description}`, content.schema]);
  }
  return shown.flatMap(([title, schema]) => [
    make("h3", {}, title),
    make("pre", {}, JSON.stringify(sketch(schema, components), null, 2)),
  ]);
}

function refusals(operation) {
  const statuses = Object.keys(operation.responses).filter((status) => status >= "400");
  return make("p", {}, "Refuses with ", make("code", {}, statuses.join(", ")), ".");
}

function route(method, path, operation, components) {
  const summary = make(
    "summary",
    {},
    make("span", { className: "method" }, method.toUpperCase()),
    make("code", {}, path),
    make("span", { className: "access" }, operation["x-access"].join(" or ").toLowerCase()),
  );
  const inside = make("div", { className: "inside" });
  const details = make("details", {}, summary, inside);
  details.addEventListener("toggle", () => {
    if (inside.childNodes.length) return;
    inside.append(
      make("p", {}, operation.description),
      parameters(operation),
      ...bodies(operation, components),
      refusals(operation),
    );
  });
  details.dataset.words = `${method} ${path} ${operation.operationId} ${operation.description}`.toLowerCase();
  return details;
}

function show(openapi) {
  const main = document.getElementById("routes");
  main.replaceChildren();
  for (const tag of openapi.tags) {
    const section = make("section", {}, make("h2", {}, tag.name), make("p", {}, tag.description));
    for (const [path, item] of Object.entries(openapi.paths)) {
      for (const method of METHODS.filter((name) => item[name]?.tags.includes(tag.name))) {
        section.append(route(method, path, item[method], openapi.components));
      }
    }
    main.append(section);
  }
}

document.getElementById("filter").addEventListener("input", (event) => {
  const wanted = event.target.value.toLowerCase();
  for (const details of document.querySelectorAll("details")) {
    details.hidden = !details.dataset.words.includes(wanted);
  }
  for (const section of document.querySelectorAll("main section")) {
    section.hidden = !section.querySelector("details:not([hidden])");
  }
});

const response = await fetch("/openapi.json");
show(await response.json());
