package dev.culvert.daemon;

import static dev.culvert.daemon.TestDaemon.MESSAGE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The files of the dashboard, as a browser gets them. What they do is tested in a browser. */
class DashboardTest {
    private static final Pattern NAMED =
            Pattern.compile("(?:src|href)=\"(dashboard/[^\"]+)\"|from ?[\"']\\./([^\"']+)[\"']");

    /** Of all files, uncompressed. */
    private static final int MOST_BYTES = 345_000;

    @Test
    void aPageRunsNothingButTheScriptsOfTheDaemonAndAsksNobodyElse() throws Exception {
        try (TestDaemon daemon = TestDaemon.start("{}")) {
            HttpResponse<String> page = daemon.get("/");

            assertThat(page.statusCode()).isEqualTo(200);
            assertThat(page.headers().firstValue("content-type"))
                    .hasValue("text/html; charset=utf-8");
            assertThat(page.headers().firstValue("content-security-policy").orElseThrow())
                    .contains(
                            "default-src 'none'",
                            "script-src 'self';",
                            "style-src 'self';",
                            "connect-src 'self';",
                            "frame-ancestors 'none'",
                            "require-trusted-types-for 'script'",
                            "trusted-types 'none'")
                    .doesNotContain("unsafe", "http", "*");
            assertThat(page.headers().firstValue("referrer-policy")).hasValue("no-referrer");
            assertThat(page.headers().firstValue("cross-origin-opener-policy"))
                    .hasValue("same-origin");
            assertThat(page.body())
                    .startsWith("<!doctype html>")
                    .doesNotContainPattern("<script(?![^>]*\\ssrc=)|<style|\\sstyle=|\\son[a-z]+=");
        }
    }

    @Test
    void everyFileThatTheFilesNameIsThereAndTogetherTheyAreSmall() throws Exception {
        try (TestDaemon daemon = TestDaemon.start("{}")) {
            Deque<String> names = new ArrayDeque<>(Set.of("/"));
            Set<String> seen = new TreeSet<>();
            int bytes = 0;
            while (!names.isEmpty()) {
                String name = names.pop();
                if (seen.add(name)) {
                    HttpResponse<String> file = daemon.get(name);
                    assertThat(file.statusCode()).as(name).isEqualTo(200);
                    assertThat(file.headers().firstValue("content-security-policy")).isPresent();
                    assertThat(file.body()).doesNotContain("eval(", "new Function", "innerHTML =");
                    bytes += file.body().length();
                    Matcher named = NAMED.matcher(file.body());
                    while (named.find()) {
                        names.add(
                                named.group(1) == null
                                        ? "/dashboard/" + named.group(2)
                                        : "/" + named.group(1));
                    }
                }
            }
            assertThat(seen)
                    .contains("/dashboard/app.js", "/dashboard/preact.js", "/dashboard/uplot.js")
                    .hasSizeGreaterThan(15);
            assertThat(bytes).isLessThan(MOST_BYTES);
        }
    }

    @Test
    void nothingOfItsOwnNamesAnotherServer() throws Exception {
        try (TestDaemon daemon = TestDaemon.start("{}")) {
            for (String name : Set.of("app.js", "api.js", "live.js", "style.css", "talk.js")) {
                assertThat(daemon.get("/dashboard/" + name).body())
                        .as(name)
                        .doesNotContainPattern("https?://[a-z]|@import|url\\([\"']");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/", "/dashboard/app.js", "/dashboard/style.css", "/dashboard/hooks.js"})
    void aBrowserThatHasTheFileGetsItOnce(String path) throws Exception {
        try (TestDaemon daemon = TestDaemon.start("{}")) {
            HttpResponse<String> first = daemon.get(path);
            String tag = first.headers().firstValue("etag").orElseThrow();

            HttpResponse<String> again = daemon.send("GET", path, "", "if-none-match", tag);
            HttpResponse<String> weak =
                    daemon.send("GET", path, "", "if-none-match", "\"other\", W/" + tag);
            HttpResponse<String> other = daemon.send("GET", path, "", "if-none-match", "\"other\"");
            HttpResponse<String> head = daemon.send("HEAD", path, "");

            assertThat(first.headers().firstValue("cache-control")).hasValue("no-cache");
            assertThat(again.statusCode()).isEqualTo(304);
            assertThat(again.body()).isEmpty();
            assertThat(again.headers().firstValue("etag")).hasValue(tag);
            assertThat(again.headers().firstValue("content-length")).isEmpty();
            assertThat(weak.statusCode()).isEqualTo(304);
            assertThat(other.statusCode()).isEqualTo(200);
            assertThat(other.body()).isEqualTo(first.body());
            assertThat(head.body()).isEmpty();
            assertThat(head.headers().firstValueAsLong("content-length"))
                    .hasValue(first.body().getBytes(UTF_8).length);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/dashboard/none.js",
                "/dashboard/package-info.class",
                "/dashboard/..%2fapp.js",
                "/dashboard/lib/app.js",
                "/dashboard/"
            })
    void whatIsNoFileOfItIsNotThere(String path) throws Exception {
        try (TestDaemon daemon = TestDaemon.start("{}")) {
            assertThat(daemon.get(path).statusCode()).isEqualTo(404);
        }
    }

    @Test
    void comesToEverybodyAndTellsNothing() throws Exception {
        try (TestDaemon daemon = TestDaemon.start("{}")) {
            daemon.post("/api/v1/tokens", "{\"name\":\"root\",\"roles\":[\"admin\"]}");

            assertThat(daemon.get("/").statusCode()).isEqualTo(200);
            assertThat(daemon.get("/dashboard/app.js").statusCode()).isEqualTo(200);
            assertThat(daemon.get("/api/v1/operations").statusCode()).isEqualTo(401);
        }
    }

    @Test
    void othersMayLinkToItAndToNothingElse() throws Exception {
        try (TestDaemon daemon = TestDaemon.start("{}")) {
            assertThat(daemon.send("GET", "/", "", "sec-fetch-site", "cross-site").statusCode())
                    .isEqualTo(200);
            assertThat(
                            daemon.send(
                                            "GET",
                                            "/",
                                            "",
                                            "sec-fetch-site",
                                            "cross-site",
                                            "origin",
                                            "https://evil.example")
                                    .statusCode())
                    .isEqualTo(403);
            for (String path : Set.of("/dashboard/app.js", "/api/v1/agents", "/livez")) {
                assertThat(
                                daemon.send("GET", path, "", "sec-fetch-site", "cross-site")
                                        .statusCode())
                        .as(path)
                        .isEqualTo(403);
            }
        }
    }

    @Test
    void licencesComeWithTheLibraries() throws Exception {
        try (TestDaemon daemon = TestDaemon.start("{}")) {
            for (String library : Set.of("preact", "htm", "uplot")) {
                assertThat(daemon.get("/dashboard/" + library + ".LICENSE.txt").body())
                        .containsPattern("MIT|Permission is hereby granted|Apache License");
            }
        }
    }

    @Test
    void anAgentTellsWhatItHasDone() throws Exception {
        try (ScriptedGuest guest = ScriptedGuest.start();
                TestDaemon daemon = TestDaemon.with(guest)) {
            assertThat(daemon.get("/api/v1/agents/a").body()).doesNotContain("\"work\"");
            guest.on("message", request -> request.done("ok"));

            daemon.post("/api/v1/agents/a/message", MESSAGE);

            daemon.awaitBody("/api/v1/agents/a", "\"work\":{\"turns\":1,\"bytes\":");
            assertThat(daemon.get("/api/v1/agents/a").body()).contains("\"first_chunk_ms\":");
            assertThat(daemon.get("/api/v1/agents?worked_since=2020-01-01T00:00:00Z").body())
                    .contains("\"id\":\"a\"");
            assertThat(daemon.get("/api/v1/agents?worked_since=2099-01-01T00:00:00Z").body())
                    .doesNotContain("\"id\":\"a\"");
            assertThat(daemon.get("/api/v1/agents?worked_since=yesterday").body())
                    .contains("'worked_since' is 'yesterday': it takes a time such as");
        }
    }
}
