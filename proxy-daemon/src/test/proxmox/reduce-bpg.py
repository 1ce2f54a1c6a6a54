#!/usr/bin/env python3
"""Reduces the schema of the Terraform provider bpg/proxmox to VMs and containers, with Terraform's names.

    reduce-bpg.py            writes the test resource
    reduce-bpg.py --check    only compares: exits with 1 where it differs

Reads bpg-0.111.1.json.gz from $CULVERT_PVE_SCHEMA, or else from shared/pve next to the project; exits with 77 where
there is none. Names there are camelCase, and those of repeated blocks are plural.
"""

import gzip
import json
import os
import pathlib
import re
import sys

VERSION = "0.111.1"
HERE = pathlib.Path(__file__).resolve().parent
RESOURCE = HERE.parent / "resources/dev/culvert/daemon/client/workspace" / f"bpg-{VERSION}.json"
RESOURCES = {
    "proxmox_virtual_environment_vm": "proxmoxve:index/vmLegacy:VmLegacy",
    "proxmox_virtual_environment_container": "proxmoxve:index/containerLegacy:ContainerLegacy",
}


def snake(name):
    return re.sub(r"([A-Z])", lambda found: "_" + found.group(1).lower(), name)


def reduce(whole):
    def kind(told):
        if "$ref" in told:
            named = whole["types"].get(told["$ref"].rsplit("/types/", 1)[-1].replace("%2F", "/"))
            return "any" if named is None else block(named["properties"], named.get("required", []))
        if told["type"] == "array":
            return [kind(told["items"])]
        if told["type"] == "object":
            return "object"
        return told["type"]

    def block(properties, required):
        attributes = {}
        for name, told in properties.items():
            its = kind(told)
            repeated = isinstance(its, list) and isinstance(its[0], dict)
            attributes[re.sub("s$", "", snake(name)) if repeated else snake(name)] = its
        return {"attributes": attributes, "required": sorted(snake(name) for name in required)}

    return {
        name: block(whole["resources"][key]["inputProperties"], whole["resources"][key].get("requiredInputs", []))
        for name, key in RESOURCES.items()
    }


def main():
    told = os.environ.get("CULVERT_PVE_SCHEMA")
    folder = pathlib.Path(told) if told else HERE.parents[4] / "shared/pve"
    source = folder / f"bpg-{VERSION}.json.gz"
    check = sys.argv[1:] == ["--check"]
    if not source.exists():
        print(
            f"The schema of bpg/proxmox: NOT COMPARED, because {source.name} is neither in $CULVERT_PVE_SCHEMA nor in "
            "shared/pve next to the project"
        )
        return 77
    with gzip.open(source, "rt", encoding="utf-8") as file:
        text = json.dumps(reduce(json.load(file)), indent=1, sort_keys=True) + "\n"
    if not check:
        RESOURCE.write_text(text, encoding="utf-8")
        return 0
    if not RESOURCE.exists() or RESOURCE.read_text(encoding="utf-8") != text:
        print(f"{RESOURCE} is not what {source} says: run reduce-bpg.py")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
