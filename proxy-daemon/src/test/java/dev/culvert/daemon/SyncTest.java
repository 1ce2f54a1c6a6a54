package dev.culvert.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.culvert.daemon.CommandRun.User;
import dev.culvert.value.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code culvert sync}, and what it writes for Terraform and Ansible. */
@Timeout(60)
class SyncTest {
    private static final Path SCHEMA =
            Path.of("src/test/resources/dev/culvert/daemon/client/workspace/bpg-0.111.1.json");

    @TempDir Path folder;

    private ScriptedInventory inventory;
    private Path root;

    @BeforeEach
    void start() throws IOException {
        inventory = new ScriptedInventory();
        inventory.put(
                101,
                "vm",
                "web-01",
                "running",
                "cores",
                2,
                "sockets",
                2,
                "memory",
                "2048",
                "scsi0",
                "local-lvm:vm-101-disk-0,iothread=1,size=8G",
                "efidisk0",
                "local-lvm:vm-101-disk-1,size=4M",
                "ide2",
                "none,media=cdrom",
                "net0",
                "virtio=BC:24:11:AA:BB:CC,bridge=vmbr0,firewall=1,tag=10",
                "ipconfig0",
                "ip=10.0.0.5/24,gw=10.0.0.1",
                "tags",
                "web;prod",
                "onboot",
                1,
                "args",
                "-device vhost-vsock-pci,guest-cid=101");
        inventory.put(
                102,
                "ct",
                "dns.example",
                "stopped",
                "cores",
                1,
                "memory",
                512,
                "rootfs",
                "local-lvm:vm-102-disk-0,size=4G",
                "mp0",
                "local-lvm:vm-102-disk-1,mp=/srv,size=2G",
                "net0",
                "name=eth0,bridge=vmbr0,hwaddr=BC:24:11:00:00:02,ip=dhcp,type=veth");
        root = folder.resolve("lab");
        CommandRun init =
                user().run("init", root.toString(), "--yes", "--node", "pve1", "--no-git");
        assertThat(init.code()).as(init.err()).isZero();
    }

    @AfterEach
    void stop() {
        inventory.close();
    }

    private User user() {
        return new User(folder)
                .with("CULVERT_URL", inventory.url())
                .with("HOME", folder.toString());
    }

    private CommandRun run(String... words) {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of("--project", root.toString()));
        return user().run(all.toArray(String[]::new));
    }

    private CommandRun ok(String... words) {
        CommandRun run = run(words);
        assertThat(run.code()).as(run.err()).isZero();
        return run;
    }

    private Value json(String path) throws IOException {
        return Value.parse(Files.readString(root.resolve(path)));
    }

    @Test
    void adoptsWhatIsThereSoThatNothingDiffers() throws IOException {
        assertThat(ok("sync", "--dry-run").err()).contains("would adopt 2 guests");
        assertThat(root.resolve("infra/guests/web-01.json")).doesNotExist();

        assertThat(ok("sync").out()).isEqualTo("lab/101 web-01 (vm)\nlab/102 dns.example (ct)\n");

        assertThat(json("infra/guests/web-01.json").json())
                .isEqualTo(
                        "{\"name\":\"web-01\",\"kind\":\"vm\",\"server\":\"lab\",\"node\":\"pve1\","
                                + "\"vmid\":101,\"cpus\":4,\"memory\":\"2GiB\",\"disks\":[{\"slot\":"
                                + "\"scsi0\",\"storage\":\"local-lvm\",\"size\":\"8GiB\"}],\"network\":"
                                + "[{\"bridge\":\"vmbr0\",\"vlan\":10,\"ip\":\"10.0.0.5/24\",\"gateway\":"
                                + "\"10.0.0.1\"}],\"tags\":[\"prod\",\"web\"],\"agent\":{\"cid\":101},"
                                + "\"start\":true,\"on_boot\":true}");
        assertThat(ok("diff").out()).isEqualTo("nothing to change\n");
        assertThat(ok("validate").err()).contains("2 guests, no mistakes");
        assertThat(ok("sync").err()).contains("adopted 0 guests");
        Files.delete(root.resolve("infra/guests/web-01.json"));
        assertThat(ok("plan").out()).contains("- lab/101 web-01 (vm) destroy");
    }

    @Test
    void leavesOutWhatFitsNoWorkspaceAndTakesOnlyWhatIsNamed() {
        inventory.put(103, "vm", "web-01", "stopped");
        inventory.put(104, "vm", "", "stopped");
        inventory.put(
                105, "vm", "copy", "stopped", "args", "-device vhost-vsock-pci,guest-cid=101");

        CommandRun run = ok("sync");

        assertThat(run.err())
                .contains(
                        "left out lab/103: another guest has the name web-01 too",
                        "left out lab/104: name is missing",
                        "left out lab/105 copy: another VM has the CID 101 too",
                        "adopted 2 guests, left out 3");
        assertThat(run("sync", "lab/999").code()).isEqualTo(2);
        assertThat(ok("sync", "copy", "--dry-run").err())
                .contains("would adopt 0 guests, left out 1");
    }

    @Test
    void adoptsFortyVms() throws IOException {
        for (int vmid = 200; vmid < 240; vmid++) {
            inventory.put(
                    vmid,
                    "vm",
                    "vm-" + vmid,
                    "running",
                    "memory",
                    "1024",
                    "scsi0",
                    "local-lvm:vm-disk-0,size=8G",
                    "net0",
                    "virtio=BC:24:11:AA:BB:CC,bridge=vmbr0");
        }

        ok("sync");

        assertThat(json("infra/terraform/guests.tf.json").at("import").list()).hasSize(42);
        assertThat(ok("diff").out()).isEqualTo("nothing to change\n");
    }

    @Test
    void writesTerraformThatTheProviderTakes() throws IOException {
        ok("sync");

        Value terraform = json("infra/terraform/guests.tf.json");
        Value schema = Value.parse(Files.readString(SCHEMA));
        List<String> mistakes = new ArrayList<>();
        terraform
                .at("resource")
                .map()
                .forEach((type, all) ->
                        all.map()
                                .forEach((name, resource) ->
                                        check(
                                                type + "." + name,
                                                schema.at(type),
                                                resource,
                                                mistakes)));
        assertThat(mistakes).isEmpty();
        assertThat(terraform.at("import").json())
                .isEqualTo(
                        "[{\"to\":\"proxmox_virtual_environment_vm.web-01\",\"id\":\"pve1/101\"},"
                                + "{\"to\":\"proxmox_virtual_environment_container.dns_example\",\"id\":\"pve1/102\"}]");
        assertThat(terraform.at("resource", "proxmox_virtual_environment_vm", "web-01").json())
                .contains("\"cpu\":{\"cores\":4}", "\"network_device[0].mac_address\"");
        assertThat(json("infra/terraform/providers.tf.json").json())
                .contains("bpg/proxmox", "\"alias\":\"lab\"");
        Files.writeString(root.resolve("infra/terraform/providers.tf.json"), "{}");
        ok("sync");
        assertThat(root.resolve("infra/terraform/providers.tf.json")).hasContent("{}");
    }

    /**
     * Whether each attribute is one of the schema, with a value of its type, and none is missing.
     */
    private static void check(String path, Value block, Value given, List<String> mistakes) {
        Map<String, Value> attributes = block.at("attributes").map();
        given.map()
                .forEach((name, value) -> {
                    Value type = attributes.get(name);
                    if (name.equals("provider")) {
                        return;
                    } else if (name.equals("lifecycle")) {
                        value.at("ignore_changes")
                                .list()
                                .forEach(it -> ignored(path, block, it.text(), mistakes));
                    } else if (type == null) {
                        mistakes.add(path + "." + name + " is not in the schema");
                    } else if (type instanceof Value.Items(List<Value> items)) {
                        value.list()
                                .forEach(it -> {
                                    if (items.getFirst() instanceof Value.Members) {
                                        check(path + "." + name, items.getFirst(), it, mistakes);
                                    } else {
                                        scalar(path + "." + name, items.getFirst(), it, mistakes);
                                    }
                                });
                    } else if (type instanceof Value.Members) {
                        check(path + "." + name, type, value, mistakes);
                    } else {
                        scalar(path + "." + name, type, value, mistakes);
                    }
                });
        block.at("required")
                .list()
                .forEach(it -> {
                    if (given.at(it.text()).isNothing()) {
                        mistakes.add(path + " lacks " + it.text());
                    }
                });
    }

    private static void scalar(String path, Value type, Value value, List<String> mistakes) {
        boolean fits =
                switch (type.text()) {
                    case "string" -> value instanceof Value.Text;
                    case "integer", "number" -> value instanceof Value.Digits;
                    case "boolean" -> value instanceof Value.Truth;
                    default -> true;
                };
        if (!fits) {
            mistakes.add(path + " is " + value.json() + ", and no " + type.text());
        }
    }

    private static void ignored(String path, Value block, String name, List<String> mistakes) {
        Value at = block;
        for (String part : name.split("\\.", -1)) {
            Value next = at.at("attributes", part.replaceFirst("\\[\\d+]", ""));
            at = next instanceof Value.Items(List<Value> items) ? items.getFirst() : next;
            if (at.isNothing()) {
                mistakes.add(path + " ignores " + name + ", which is not in the schema");
                return;
            }
        }
    }

    /** Where the provider's own schema is not at hand, it says so. */
    @Test
    void theSchemaIsThatOfTheProvider() throws Exception {
        Process process =
                new ProcessBuilder("python3", "src/test/proxmox/reduce-bpg.py", "--check")
                        .redirectErrorStream(true)
                        .start();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        if (process.waitFor() == 77) {
            System.err.println(said.strip());
            Assumptions.abort(said.strip());
        }
        assertThat(process.exitValue()).as(said).isZero();
    }

    @Test
    void writesAnInventoryForAnsible() throws IOException {
        ok("sync");

        Value list = Value.parse(ok("inventory", "--list").out());
        assertThat(list.at("_meta", "hostvars", "web-01").json())
                .isEqualTo(
                        "{\"ansible_host\":\"10.0.0.5\",\"culvert_server\":\"lab\",\"culvert_vmid\":101,"
                                + "\"culvert_cid\":101,\"culvert_node\":\"pve1\"}");
        assertThat(list.at("agents").json()).isEqualTo("{\"hosts\":[\"web-01\"]}");
        assertThat(list.at("tag_prod", "hosts").json()).isEqualTo("[\"web-01\"]");
        assertThat(list.at("proxmox_nodes", "hosts").json()).isEqualTo("[\"pve1\"]");
        assertThat(Value.parse(ok("inventory", "--host", "pve1").out()).json())
                .isEqualTo("{\"ansible_user\":\"root\"}");
        assertThat(Value.parse(ok("inventory", "--host", "nobody").out()).json()).isEqualTo("{}");
        assertThat(json("infra/ansible/inventory.json").at("all", "children", "cts").json())
                .isEqualTo("{\"hosts\":{\"dns.example\":null}}");
        assertThat(root.resolve("infra/ansible/hosts")).isExecutable();
    }

    /** By Ansible itself, where it is installed. */
    @Test
    void ansibleTakesThePlaybooksAndTheInventory() throws Exception {
        assumeTrue(
                Stream.of(System.getenv("PATH").split(":", -1))
                        .anyMatch(it -> Files.isExecutable(Path.of(it, "ansible-playbook"))),
                "ansible-core is not here");
        ok("sync");
        Process process =
                new ProcessBuilder(
                                "ansible-playbook",
                                "--syntax-check",
                                "-i",
                                "infra/ansible/inventory.json",
                                "infra/ansible/vsock.json",
                                "infra/ansible/agent.json")
                        .directory(root.toFile())
                        .redirectErrorStream(true)
                        .start();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);

        assertThat(process.waitFor()).as(said).isZero();
        assertThat(said).doesNotContain("WARNING");
    }
}
