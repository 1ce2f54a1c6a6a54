#!/usr/bin/env python3
"""Reduces Proxmox's description of its own API to the facts that the tests of Culvert need.

    reduce.py            writes the facts of both versions to the test resources
    reduce.py --check    only compares: exits with 1 where they differ

Reads api-VERSION.json.gz from $CULVERT_PVE_SCHEMA, or else from shared/pve next to the project; exits with 77 where
there is none. It keeps names, types, bounds, formats and privileges of the calls below, and no prose. Equal
definitions are written once: a call names the number of each.
"""

import gzip
import json
import os
import pathlib
import sys

VERSIONS = {8: "8.4.5", 9: "9.2.3"}

HERE = pathlib.Path(__file__).resolve().parent
PROJECT = HERE.parents[3]
RESOURCES = HERE.parent / "resources/dev/culvert/daemon/proxmox/fake"

GUEST = [
    ("", "GET DELETE"),
    ("/config", "GET POST PUT"),
    ("/pending", "GET"),
    ("/status", "GET"),
    ("/status/current", "GET"),
    ("/status/start", "POST"),
    ("/status/stop", "POST"),
    ("/status/shutdown", "POST"),
    ("/status/reboot", "POST"),
    ("/status/reset", "POST"),
    ("/status/suspend", "POST"),
    ("/status/resume", "POST"),
    ("/clone", "POST"),
    ("/feature", "GET"),
    ("/resize", "PUT"),
    ("/migrate", "GET POST"),
    ("/move_disk", "POST"),
    ("/move_volume", "POST"),
    ("/template", "POST"),
    ("/snapshot", "GET POST"),
    ("/snapshot/{snapname}", "GET DELETE"),
    ("/snapshot/{snapname}/config", "GET PUT"),
    ("/snapshot/{snapname}/rollback", "POST"),
    ("/interfaces", "GET"),
    ("/agent/ping", "POST"),
    ("/agent/get-osinfo", "GET"),
    ("/agent/network-get-interfaces", "GET"),
]

CALLS = {
    "/version": "GET",
    "/access/ticket": "POST",
    "/access/permissions": "GET",
    "/access/acl": "GET PUT",
    "/access/roles": "GET",
    "/access/roles/{roleid}": "GET",
    "/access/users": "GET",
    "/access/users/{userid}/token": "GET",
    "/access/users/{userid}/token/{tokenid}": "GET POST PUT DELETE",
    "/cluster/resources": "GET",
    "/cluster/status": "GET",
    "/cluster/nextid": "GET",
    "/cluster/tasks": "GET",
    "/cluster/config/nodes": "GET",
    "/cluster/options": "GET",
    "/nodes": "GET",
    "/nodes/{node}/version": "GET",
    "/nodes/{node}/time": "GET",
    "/nodes/{node}/status": "GET",
    "/nodes/{node}/network": "GET",
    "/nodes/{node}/certificates/info": "GET",
    "/nodes/{node}/tasks": "GET",
    "/nodes/{node}/tasks/{upid}": "GET DELETE",
    "/nodes/{node}/tasks/{upid}/status": "GET",
    "/nodes/{node}/tasks/{upid}/log": "GET",
    "/nodes/{node}/vzdump": "POST",
    "/nodes/{node}/storage": "GET",
    "/nodes/{node}/storage/{storage}/status": "GET",
    "/nodes/{node}/storage/{storage}/content": "GET POST",
    "/nodes/{node}/storage/{storage}/content/{volume}": "GET DELETE",
    "/nodes/{node}/storage/{storage}/download-url": "POST",
    "/nodes/{node}/qemu": "GET POST",
    "/nodes/{node}/lxc": "GET POST",
    "/storage": "GET",
    "/storage/{storage}": "GET",
    "/pools": "GET POST PUT DELETE",
    "/pools/{poolid}": "GET",
    **{f"/nodes/{{node}}/{kind}/{{vmid}}{path}": verbs for kind in ("qemu", "lxc") for path, verbs in GUEST},
}

KEPT = ("type", "pattern", "minimum", "maximum", "min_length", "max_length", "enum")
KEPT_OF_A_PART = ("type", "pattern", "minimum", "maximum", "minLength", "maxLength", "enum")


def part(definition):
    """One key of a property string such as net0."""
    kept = {key: definition[key] for key in KEPT_OF_A_PART if key in definition}
    for key in ("minLength", "maxLength"):
        if key in kept:
            kept[{"minLength": "min_length", "maxLength": "max_length"}[key]] = kept.pop(key)
    kept |= {key: True for key in ("optional", "default_key") if definition.get(key)}
    kept |= {key: definition[key] for key in ("alias", "keyAlias", "requires") if key in definition}
    return kept | shape(definition)


def shape(definition):
    form = definition.get("format")
    kept = {}
    if isinstance(form, dict):
        kept["format"] = {name: part(form[name]) for name in sorted(form)}
    elif form is not None:
        kept["format"] = form
    if definition.get("items"):
        kept["items"] = parameter(definition["items"])
    return kept


def parameter(definition):
    kept = {key: definition[key] for key in KEPT if definition.get(key) not in (None, [], "")}
    if definition.get("optional"):
        kept["optional"] = True
    if "requires" in definition.get("extra", {}):
        kept["requires"] = definition["extra"]["requires"]
    return kept | shape(definition)


def permissions(told):
    if told is None:
        return {"root": True}
    kept = {}
    if told.get("user"):
        kept["user"] = told["user"]
    check = told["expression"].get("check")
    if check is not None:
        kept["check"] = check
    return kept


def reduce(description):
    definitions, numbers, calls = [], {}, []
    found = {path["path"]: path for path in description["paths"]}
    for path in sorted(CALLS):
        for method in found.get(path, {"methods": []})["methods"]:
            if method["verb"] not in CALLS[path].split():
                continue
            parameters = {}
            for told in sorted(method["parameters"], key=lambda told: told["name"]):
                text = json.dumps(parameter(told["definition"]), sort_keys=True, separators=(",", ":"))
                if text not in numbers:
                    numbers[text] = len(definitions)
                    definitions.append(text)
                parameters[told["name"]] = numbers[text]
            call = {"verb": method["verb"], "path": path, "parameters": parameters}
            call |= permissions(method.get("permissions"))
            if method["allow_token"] is not True:
                call["allow_token"] = False
            if method["protected"]:
                call["protected"] = True
            if method["extra"].get("proxyto"):
                call["proxyto"] = method["extra"]["proxyto"]
            calls.append(json.dumps(call, separators=(",", ":")))
    return (
        '{"version":%s,\n"source_sha256":%s,\n"definitions":[\n%s\n],\n"calls":[\n%s\n]}\n'
        % (
            json.dumps(description["source_version"]),
            json.dumps(description["raw_sha256"]),
            ",\n".join(definitions),
            ",\n".join(calls),
        )
    )


def main():
    told = os.environ.get("CULVERT_PVE_SCHEMA")
    folder = pathlib.Path(told) if told else PROJECT.parent / "shared/pve"
    check = sys.argv[1:] == ["--check"]
    differ = False
    for major, version in VERSIONS.items():
        source = folder / f"api-{version}.json.gz"
        if not source.exists():
            print(
                f"Proxmox's facts: NOT COMPARED, because {source.name} is neither in $CULVERT_PVE_SCHEMA nor in "
                "shared/pve next to the project",
                file=sys.stderr,
            )
            return 77
        with gzip.open(source) as file:
            facts = reduce(json.load(file))
        resource = RESOURCES / f"facts-{major}.json"
        if not check:
            resource.parent.mkdir(parents=True, exist_ok=True)
            resource.write_text(facts)
            print(f"{resource.name}: {len(facts)} bytes")
        elif not resource.exists() or resource.read_text() != facts:
            print(f"{resource.name} is not what reduce.py makes of {source.name}: run reduce.py", file=sys.stderr)
            differ = True
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
