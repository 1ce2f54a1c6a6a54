"""Drives the Proxmox of the tests with proxmoxer, unmodified: run.sh starts it and says where it listens."""

import sys
import time
import unittest
import warnings

import proxmoxer
import requests
from proxmoxer.backends.https import AuthenticationError
from proxmoxer.core import ResourceException

HOST, PORT, TOKEN, MAJOR = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
UNKNOWN = "property is not defined in schema and the schema does not allow additional properties"


def with_token(user, name, value):
    return proxmoxer.ProxmoxAPI(HOST, port=PORT, user=user, token_name=name, token_value=value, verify_ssl=False)


class Judge(unittest.TestCase):
    def setUp(self):
        user, value = TOKEN.split("=", 1)
        self.token = with_token(*user.split("!"), value)
        self.ticket = proxmoxer.ProxmoxAPI(HOST, port=PORT, user="root@pam", password="proxmox", verify_ssl=False)

    def refused(self, status, call, *arguments, **parameters):
        with self.assertRaises(ResourceException) as caught:
            call(*arguments, **parameters)
        self.assertEqual(caught.exception.status_code, status)
        return caught.exception

    def errors(self, path, **data):
        url = f"https://{HOST}:{PORT}/api2/json{path}"
        headers = {"Authorization": f"PVEAPIToken={TOKEN}"}
        return requests.put(url, data=data, headers=headers, verify=False, timeout=10).json()["errors"]

    def outcome(self, api, upid):
        task = api.nodes(upid.split(":")[1]).tasks(upid)
        for _ in range(400):
            status = task.status.get()
            if status["status"] == "stopped":
                return status["exitstatus"]
            time.sleep(0.05)
        self.fail(f"{upid} does not end")

    def test_logs_in_with_a_token_and_with_a_ticket(self):
        for api in (self.token, self.ticket):
            self.assertTrue(api.version.get()["version"].startswith(f"{MAJOR}."))
        with self.assertRaises(AuthenticationError):
            proxmoxer.ProxmoxAPI(HOST, port=PORT, user="root@pam", password="wrong", verify_ssl=False)
        self.refused(401, with_token("root@pam", "fake", "wrong").version.get)

    def test_lists(self):
        nodes = {node["node"]: node for node in self.token.nodes.get()}
        self.assertEqual(nodes["pve1"]["status"], "online")
        guests = self.token.cluster.resources.get(type="vm")
        self.assertEqual({guest["type"] for guest in guests}, {"qemu", "lxc"})
        for guest in guests:
            node = self.token.nodes(guest["node"])
            config = node(guest["type"])(guest["vmid"]).config.get()
            self.assertIn(guest["name"], (config.get("name"), config.get("hostname")))
        self.assertIn("local-lvm", [storage["storage"] for storage in self.token.nodes("pve1").storage.get()])

    def test_creates_configures_starts_and_destroys(self):
        for api in (self.token, self.ticket):
            node = api.nodes("pve1")
            vmid = int(api.cluster.nextid.get())
            upid = node.qemu.create(
                vmid=vmid, name="judged-01", cores=2, memory=2048, scsi0="local-lvm:8", net0="virtio,bridge=vmbr0"
            )
            self.assertEqual(upid.split(":")[5], "qmcreate")
            self.assertEqual(self.outcome(api, upid), "OK")
            vm = node.qemu(vmid)
            vm.config.put(description="two words & more", onboot=1)
            self.assertEqual(vm.config.get()["description"], "two words & more")
            self.assertEqual(self.outcome(api, vm.status.start.post()), "OK")
            self.assertEqual(vm.status.current.get()["status"], "running")
            self.assertEqual(self.outcome(api, vm.snapshot.post(snapname="before")), "OK")
            self.assertEqual([shot["name"] for shot in vm.snapshot.get()], ["before", "current"])
            self.assertIn("running", str(self.refused(500, vm.delete)))
            self.assertEqual(self.outcome(api, vm.status.stop.post()), "OK")
            self.assertEqual(self.outcome(api, vm.delete()), "OK")
            self.assertIn("does not exist", str(self.refused(500, vm.config.get)))

    def test_tells_the_log_of_a_task(self):
        upid = self.token.nodes("pve1").vzdump.post(vmid=100, storage="local")
        self.assertEqual(self.outcome(self.token, upid), "OK")
        log = self.token.nodes("pve1").tasks(upid).log.get()
        self.assertEqual(log[-1]["t"], "TASK OK")

    def test_errors_come_out_by_name(self):
        vm = self.token.nodes("pve1").qemu(100)
        wrong = self.refused(400, vm.config.put, speed="fast", cores="many")
        self.assertIn("Parameter verification failed.", str(wrong))
        # Version 1 of proxmoxer reads the errors, and then loses them.
        errors = wrong.errors or self.errors("/nodes/pve1/qemu/100/config", speed="fast", cores="many")
        self.assertEqual(errors["speed"], UNKNOWN)
        self.assertEqual(errors["cores"], "type check ('integer') failed - got 'many'")

    def test_arguments_are_for_root_alone(self):
        vm = ("pve1", 100)
        device = "-device vhost-vsock-pci,guest-cid=100"
        refused = self.refused(500, self.token.nodes(vm[0]).qemu(vm[1]).config.put, args=device)
        self.assertIn("only root can set 'args' config", str(refused))
        self.ticket.nodes(vm[0]).qemu(vm[1]).config.put(args=device)
        self.ticket.nodes(vm[0]).qemu(vm[1]).config.put(delete="args")

    def test_a_path_that_is_not_there(self):
        self.assertIn("Method 'GET /nowhere' not implemented", str(self.refused(501, self.token.nowhere.get)))

    def test_a_privilege_that_is_missing(self):
        made = self.ticket.access.users("root@pam").token("judged").post(privsep=1)
        reader = with_token("root@pam", "judged", made["value"])
        self.assertEqual(reader.cluster.resources.get(type="vm"), [])
        refused = self.refused(403, reader.nodes("pve1").qemu(100).status.start.post)
        self.assertIn("Permission check failed (/vms/100, VM.PowerMgmt)", str(refused))
        self.ticket.access.acl.put(path="/vms", tokens="root@pam!judged", roles="PVEVMUser")
        self.assertTrue(reader.cluster.resources.get(type="vm"))
        self.ticket.access.users("root@pam").token("judged").delete()


warnings.simplefilter("ignore")
unittest.main(argv=["judge.py"], warnings="ignore")
