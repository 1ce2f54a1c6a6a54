package dev.culvert.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.culvert.daemon.CommandRun.User;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Plans by the Terraform of this machine, of a resource that needs no provider from outside. */
@Timeout(120)
class TerraformEngineTest {
    private static final String PATH = System.getenv("PATH");

    @TempDir Path folder;

    private Path root;

    @BeforeEach
    void make() throws IOException {
        boolean isHere =
                Stream.of(PATH.split(":", -1))
                        .anyMatch(it -> Files.isExecutable(Path.of(it, "terraform")));
        if (!isHere) {
            System.err.println("Terraform is not installed: its engine was NOT TESTED");
        }
        assumeTrue(isHere, "Terraform is not installed");
        root = folder.resolve("lab");
        assertThat(user().run("init", root.toString(), "--yes", "--no-git").code()).isZero();
    }

    /* Without TF_CLI_CONFIG_FILE, which may name a mirror of providers. */
    private User user() {
        return new User(folder)
                .with("CULVERT_URL", "http://127.0.0.1:1")
                .with("PATH", PATH)
                .with("CHECKPOINT_DISABLE", "1")
                .with("HOME", folder.toString());
    }

    private CommandRun run(String... words) {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of("--project", root.toString()));
        return user().run(all.toArray(String[]::new));
    }

    private void terraform(String text) throws IOException {
        Path file = root.resolve("infra/terraform/main.tf.json");
        Files.createDirectories(root.resolve("infra/terraform"));
        Files.writeString(file, text);
    }

    private String plan() {
        CommandRun run = run("plan", "--engine", "terraform", "-o", "name");
        assertThat(run.code()).as(run.err()).isZero();
        return run.out().strip();
    }

    @Test
    void plansImportsAndAppliesJustThatPlan() throws IOException {
        terraform(
                """
                {"resource": {"terraform_data": {"web-01": {}, "db": {"input": "1"}}},
                 "import": [{"to": "terraform_data.web-01", "id": "pve1/101"}]}
                """);

        CommandRun plan = run("plan", "--engine", "terraform");

        assertThat(plan.code()).as(plan.err()).isZero();
        assertThat(plan.out())
                .contains(
                        "+ terraform_data.db create",
                        "= terraform_data.web-01 import",
                        "    imports pve1/101",
                        "    input   1",
                        "    output  (known later)",
                        "2 resources to change or import",
                        "digest ");
        String digest = plan();
        CommandRun applied = run("apply", digest);
        assertThat(applied.code()).as(applied.err()).isZero();
        assertThat(applied.err())
                .contains(
                        "terraform_data.db: Creation complete",
                        "applied " + digest.substring(0, 12));
        assertThat(root.resolve("infra/terraform/terraform.tfstate"))
                .content()
                .contains("pve1/101");
        assertThat(run("plan", "--engine", "terraform").out()).isEqualTo("nothing to change\n");
        assertThat(run("apply", digest).code()).isEqualTo(2);
    }

    @Test
    void aPlanThatIsOldIsRefusedByTerraformAndOneThatWasChangedByUs() throws IOException {
        terraform("{\"resource\": {\"terraform_data\": {\"db\": {\"input\": \"1\"}}}}");
        String first = plan();
        terraform("{\"resource\": {\"terraform_data\": {\"db\": {\"input\": \"2\"}}}}");
        String second = plan();
        assertThat(run("apply", second).code()).isZero();

        CommandRun old = run("apply", first);

        assertThat(old.code()).isEqualTo(1);
        assertThat(old.err()).contains("terraform stopped: ", "stale");
        Files.writeString(root.resolve(".culvert/plans/" + first + ".tfplan"), "x");
        assertThat(run("apply", first).err()).contains("is gone or was changed");
    }

    @Test
    void secretsAreNeitherShownNorKept() throws IOException {
        terraform(
                """
                {"variable": {"key": {"sensitive": true, "default": "hush-hush"}},
                 "resource": {"terraform_data": {"db": {"input": "${var.key}"}}}}
                """);

        String digest = plan();

        assertThat(run("plan", "--engine", "terraform").out()).contains("input   (sensitive)");
        assertThat(root.resolve(".culvert/plans/" + digest + ".json"))
                .content()
                .doesNotContain("hush-hush");
    }

    @Test
    void whatTerraformSaysOfAnErrorIsShownAsItsLinesFromTheErrorOn() throws IOException {
        terraform(
                """
                {"terraform": {"required_providers": {"none": {"source": "./none"}}},
                 "resource": {"terraform_data": {"db": {}}}}
                """);

        CommandRun run = run("plan", "--engine", "terraform");

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err())
                .contains("terraform init failed: Error: ", "\n")
                .doesNotContain("\\n", "Initializing");
    }

    @Test
    void whatIsDestroyedIsAskedFor() throws IOException {
        terraform("{\"resource\": {\"terraform_data\": {\"db\": {\"input\": \"1\"}}}}");
        assertThat(run("apply", plan()).code()).isZero();
        terraform("{}");
        String digest = plan();

        CommandRun unsure = run("apply", digest);

        assertThat(unsure.code()).isEqualTo(2);
        assertThat(unsure.err()).contains("destroys terraform_data.db");
        assertThat(run("apply", digest, "--yes").code()).isZero();
        try (Stream<Path> backups = Files.list(root.resolve(".culvert/backups"))) {
            assertThat(backups.toList()).isNotEmpty();
        }
    }

    @Test
    void filesThatAreWrongAreToldWithTheirPlace() throws IOException {
        terraform("{\"resource\": {\"terraform_data\": {\"db\": {\"inptu\": \"1\"}}}}");

        CommandRun run = run("plan", "--engine", "terraform", "-o", "json");

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("infra/terraform/main.tf.json:1:", "inptu");
    }

    @Test
    void withoutTheProgramItSaysSo() {
        CommandRun run =
                user().with("PATH", folder.toString())
                        .run("plan", "--engine", "tofu", "--project", root.toString());

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("tofu is not installed here: --engine api needs no program");
    }
}
