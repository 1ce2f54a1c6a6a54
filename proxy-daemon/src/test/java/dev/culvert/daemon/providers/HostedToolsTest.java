package dev.culvert.daemon.providers;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.daemon.http.ProblemException;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostedToolsTest {
    private static HostedTools read(ProviderApi api, String members) {
        String body = "{'model':'m'," + members + "}";
        return Asked.read(api, Unpooled.copiedBuffer(body.replace('\'', '"'), UTF_8)).hosted();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "CHAT | 'tools':[{'type':'function','function':{'name':'web_search'}}]",
                "CHAT | 'tools':[],'web_search_options':null",
                "RESPONSES | 'tools':[{'type':'function'},{'type':'custom'},{'type':'local_shell'},{'type':'namespace','tools':[]},{'type':'tool_search'}]",
                "RESPONSES | 'tools':null",
                "MESSAGES | 'tools':[{'name':'f'},{'type':'custom'},{'type':'bash_20250124'},{'type':'text_editor_20250728'},{'type':'tool_search_tool_regex_20251119'}]",
                "MESSAGES | 'mcp_servers':[]",
            })
    void whatTheClientRunsIsNoHostedTool(ProviderApi api, String members) {
        assertThat(read(api, members.strip()).areAny()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "CHAT | 'web_search_options':{} | web_search_options",
                "CHAT | 'tools':[{'type':'mcp'}] | mcp",
                "RESPONSES | 'tools':[{'type':'web_search_preview'},{'type':'code_interpreter'}] | web_search_preview, code_interpreter",
                "RESPONSES | 'tools':[{'type':'shell','environment':{'type':'container_auto'}}] | shell",
                "RESPONSES | 'tools':[{'type':'function','type':'mcp'}] | a tool of an unknown type",
                "RESPONSES | 'tools':[{'type':'function','Type':'mcp'}] | a tool of an unknown type",
                "RESPONSES | 'tools':['web_search'] | a tool of an unknown type",
                "MESSAGES | 'tools':[{'type':'web_fetch_20250910','name':'web_fetch'}] | web_fetch_20250910",
                "MESSAGES | 'tools':[{'type':'code_execution_20250825'}] | code_execution_20250825",
                "MESSAGES | 'mcp_servers':[{'type':'url'}],'tools':[{'name':'f'}] | mcp_servers",
            })
    void whatTheProviderRunsIsSeen(ProviderApi api, String members, String names) {
        HostedTools hosted = read(api, members.strip());

        assertThat(String.join(", ", hosted.names())).isEqualTo(names.strip());
        assertThat(hosted.areAlone()).isTrue();
    }

    @Test
    void aListOfToolsComesOnce() {
        assertThatThrownBy(() -> read(ProviderApi.CHAT, "'tools':[],'tools':[{'type':'mcp'}]"))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("\"tools\" twice");
        assertThatThrownBy(() -> read(ProviderApi.MESSAGES, "'MCP_servers':[{}]"))
                .isInstanceOf(ProblemException.class);
    }
}
