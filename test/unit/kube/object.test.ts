import { expect, test } from "vitest";
import { keyOfText, keyText, JOBS, pathOf, PODS } from "../../../src/kube/object.ts";

test.for([
  [JOBS, { namespace: "one", name: "job" }, undefined, "/apis/batch/v1/namespaces/one/jobs/job"],
  [JOBS, { namespace: "one", name: "job" }, "status", "/apis/batch/v1/namespaces/one/jobs/job/status"],
  [JOBS, {}, undefined, "/apis/batch/v1/jobs"],
  [PODS, { namespace: "one" }, undefined, "/api/v1/namespaces/one/pods"],
  [PODS, { namespace: "../..", name: "a/b?c" }, undefined, "/api/v1/namespaces/..%2F../pods/a%2Fb%3Fc"],
] as const)("is found where the API server keeps it: %#", ([resource, key, subresource, path]) => {
  expect(pathOf(resource, key, subresource)).toBe(path);
});

test.for([{ namespace: "one", name: "a" }, { name: "a" }])("comes back from the text of its key: %o", (key) => {
  expect(keyOfText(keyText(key))).toEqual(key);
});
