package dev.culvert.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.mcp.McpServer.Address;
import dev.culvert.mcp.McpServer.Program;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class McpServersTest {
    @Test
    void readsProgramsAndAddresses() throws Exception {
        assertThat(
                        McpServers.read(
                                "tools.mcp",
                                """
                                {"files": {"command": ["node", "server.js"], "environment": {"KEY": "v"}, "network": true},
                                 "web-1": {"url": "http://127.0.0.1:3001/mcp"}}
                                """))
                .containsExactly(
                        new McpServer(
                                "files",
                                new Program(
                                        List.of("node", "server.js"), Map.of("KEY", "v"), true)),
                        new McpServer(
                                "web-1", new Address(URI.create("http://127.0.0.1:3001/mcp"))));
        assertThat(McpServers.read("tools.mcp", "null")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            textBlock =
                    """
                    []                                      | 'mcp' must be an object of MCP servers by name
                    {"A": {"url": "http://127.0.0.1/"}}     | names a server 'A': a name has up to 24 lower-case
                    {"a__b": {"url": "http://127.0.0.1/"}}  | names a server 'a__b'
                    {"a": 1}                                | 'mcp.a' must be an object with 'command' or 'url'
                    {"a": {}}                               | 'mcp.a' must have one of 'command' and 'url'
                    {"a": {"command": ["x"], "url": "u"}}   | 'mcp.a' must have one of 'command' and 'url'
                    {"a": {"cmd": ["x"]}}                   | 'mcp.a' has a member 'cmd'; there are command,
                    {"a": {"command": "x"}}                 | 'mcp.a.command' must be a list of up to 100 strings
                    {"a": {"command": []}}                  | 'mcp.a.command' must be a list of up to 100 strings
                    {"a": {"command": ["x", 1]}}            | 'mcp.a.command' must have strings of up to 4096
                    {"a": {"command": ["x"], "network": 1}} | 'mcp.a.network' must be true or false
                    {"a": {"command": ["x"], "environment": {"1": "v"}}} | 'mcp.a.environment' has '1', which is no name
                    {"a": {"url": "https://127.0.0.1/"}}    | 'mcp.a.url' must be an address on this machine
                    {"a": {"url": "http://10.0.0.1/"}}      | 'mcp.a.url' must be an address on this machine
                    {"a": {"url": "http://localhost.evil/"}} | 'mcp.a.url' must be an address on this machine
                    {"a": {"url": "http://u@127.0.0.1/"}}   | 'mcp.a.url' must be an address on this machine
                    {"a": {"url": "http://127.0.0.1/é"}}    | 'mcp.a.url' must be an address on this machine
                    {"a": {"url": "http://127.0.0.1/", "network": true}} | 'mcp.a' has a 'url', so
                    {"a":                                   | 'mcp' cannot be read: it is not JSON
                    """)
    void saysWhatIsWrong(String json, String what) {
        assertThatThrownBy(() -> McpServers.read("mcp", json))
                .isInstanceOf(BadServersException.class)
                .hasMessageContaining(what);
    }

    @Test
    void namesOfToolsFitWhatRuntimesTake() {
        assertThat(ToolNames.of("files", "read.file")).isEqualTo("mcp__files__read_file");
        String one = ToolNames.of("a", "x".repeat(80));
        assertThat(one).hasSize(64).startsWith("mcp__a__xxx");
        assertThat(ToolNames.of("a", "x".repeat(81))).hasSize(64).isNotEqualTo(one);
        assertThat(ToolNames.of("a".repeat(24), "t")).isEqualTo("mcp__" + "a".repeat(24) + "__t");
    }
}
