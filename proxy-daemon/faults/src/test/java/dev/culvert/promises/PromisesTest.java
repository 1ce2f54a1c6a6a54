package dev.culvert.promises;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The check that {@link PromisesIT} makes of the real page. */
class PromisesTest {
    @TempDir Path directory;

    @Test
    void aPromiseIsKeptWhereItsTestRan() throws IOException {
        assertThat(broken("- It runs. — `ATest#plain`", "- Often. — `ATest#withParameters`"))
                .isEmpty();
    }

    @Test
    void aPromiseIsBrokenWhereItsTestDidNotRun() throws IOException {
        assertThat(
                        broken(
                                "- Kept. — `ATest#plain`",
                                "- Skipped. — `ATest#skipped`",
                                "- Gone. — `ATest#gone`",
                                "- Of another class. — `BTest#plain`",
                                "- Of nobody."))
                .hasSize(4)
                .noneMatch(line -> line.contains("Kept"));
    }

    @Test
    void aPageWithoutPromisesIsBroken() throws IOException {
        assertThat(broken("No list.")).hasSize(1);
    }

    private List<String> broken(String... lines) throws IOException {
        Path page = Files.write(directory.resolve("PROMISES.md"), List.of(lines));
        Path reports = Files.createDirectories(directory.resolve("reports"));
        Files.writeString(
                reports.resolve("TEST-x.ATest.xml"),
                """
                <testsuite name="x.ATest">
                  <testcase name="plain" classname="x.ATest"/>
                  <testcase name="withParameters(String)[1]" classname="x.ATest"/>
                  <testcase name="withParameters(String)[2]" classname="x.ATest"><skipped/></testcase>
                  <testcase name="skipped" classname="x.ATest"><skipped/></testcase>
                </testsuite>
                """);
        return Promises.broken(page, reports);
    }
}
