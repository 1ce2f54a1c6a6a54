package dev.culvert.daemon.front.anthropic;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.daemon.http.ProblemException;
import dev.culvert.json.JsonOutline;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A request for a message, as the agent gets it whose runtime speaks OpenAI's chat. */
class ChatBodyTest {
    private static final String HELLO = "{\"role\":\"user\",\"content\":\"hi\"}";

    /**
     * @param members with apostrophes instead of quotes, besides the model
     */
    private static String translated(String members) {
        String body = "{\"model\":\"web-1\"," + members.replace('\'', '"') + "}";
        ByteBuf out = Unpooled.buffer();
        ChatBody.write(
                MessagesRequest.of(
                        JsonOutline.of(
                                Unpooled.copiedBuffer(body, UTF_8),
                                MessagesRequest.LIMITS,
                                MessagesRequest.LEVELS)),
                out);
        return out.toString(UTF_8).replace('"', '\'');
    }

    private static String messages(String messages) {
        String all = translated("'messages':[" + messages + "]");
        assertThat(all).startsWith("{'messages':[").endsWith("]}");
        return all.substring(13, all.length() - 2);
    }

    private static String user(String blocks) {
        return messages("{'role':'user','content':[" + blocks + "]}");
    }

    private static String assistant(String blocks) {
        return messages("{'content':[" + blocks + "],'role':'assistant'}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'role':'user','content':'hi'} | {'role':'user','content':'hi'}",
                "{'content':'hi é \\n','role':'assistant'} | {'role':'assistant','content':'hi é \\n'}",
                "{'role':'system','content':[{'type':'text','text':'now'}]} | {'role':'system','content':'now'}",
                "{'role':'user','content':[{'text':'hi','type':'text','cache_control':{'type':'ephemeral'},'citations':null}]} | {'role':'user','content':'hi'}",
                "{'role':'user','content':[{'type':'text','text':'hi','more':1}]} | {'role':'user','content':[{'type':'text','text':'hi','more':1}]}",
                "{'role':'user','content':[{'type':'text','text':'a'},{'type':'text','text':'b'}]} | {'role':'user','content':[{'type':'text','text':'a'},{'type':'text','text':'b'}]}",
            })
    void textsAreCopied(String message, String expected) {
        assertThat(messages(message)).isEqualTo(expected);
    }

    @Test
    void imagesBecomeUrls() {
        assertThat(
                        user(
                                "{'type':'image','source':{'type':'base64','media_type':'image/png','data':'aGk='}},"
                                        + "{'type':'image','source':{'url':'https://x/y.png','type':'url'}}"))
                .isEqualTo(
                        "{'role':'user','content':["
                                + "{'type':'image_url','image_url':{'url':'data:image/png;base64,aGk='}},"
                                + "{'type':'image_url','image_url':{'url':'https://x/y.png'}}]}");
    }

    @Test
    void documentsBecomeFilesOrTexts() {
        assertThat(
                        user(
                                "{'type':'document','title':'T','source':{'type':'base64','media_type':'application/pdf','data':'aGk='}},"
                                        + "{'type':'document','source':{'type':'base64','media_type':'application/pdf','data':'aGk='},'citations':{'enabled':false}},"
                                        + "{'type':'document','title':'T','source':{'type':'text','media_type':'text/plain','data':'words'}}"))
                .isEqualTo(
                        "{'role':'user','content':["
                                + "{'type':'file','file':{'filename':'T','file_data':'data:application/pdf;base64,aGk='}},"
                                + "{'type':'file','file':{'filename':'document','file_data':'data:application/pdf;base64,aGk='}},"
                                + "{'type':'text','text':'T\\n\\nwords'}]}");
    }

    @Test
    void resultsOfToolsAreMessagesOfTheirOwn() {
        assertThat(
                        user(
                                "{'type':'tool_result','tool_use_id':'t1','content':'ok'},"
                                        + "{'type':'tool_result','tool_use_id':'t2','content':[{'type':'text','text':'no such file'}],'is_error':true},"
                                        + "{'type':'tool_result','tool_use_id':'t3'},"
                                        + "{'type':'tool_result','tool_use_id':'t4','is_error':true,'content':[]},"
                                        + "{'type':'tool_result','tool_use_id':'t5','is_error':true,'content':[{'type':'text','text':'a'},{'type':'image','source':{'type':'url','url':'u'}}]},"
                                        + "{'type':'text','text':'go on'}"))
                .isEqualTo(
                        "{'role':'tool','tool_call_id':'t1','content':'ok'},"
                                + "{'role':'tool','tool_call_id':'t2','content':'Error: no such file'},"
                                + "{'role':'tool','tool_call_id':'t3','content':''},"
                                + "{'role':'tool','tool_call_id':'t4','content':'Error'},"
                                + "{'role':'tool','tool_call_id':'t5','content':[{'type':'text','text':'Error:'},{'type':'text','text':'a'},{'type':'image_url','image_url':{'url':'u'}}]},"
                                + "{'role':'user','content':'go on'}");
    }

    @Test
    void toolsThatASearchHasFoundAreNamedInAText() {
        assertThat(
                        user(
                                "{'type':'tool_result','tool_use_id':'t1','content':[{'type':'tool_reference','tool_name':'mcp__a__b'}]},"
                                        + "{'type':'tool_result','tool_use_id':'t2','content':[{'type':'tool_reference','tool_name':'x','cache_control':{'type':'ephemeral'}},{'type':'tool_reference','tool_name':'y'}]},"
                                        + "{'type':'tool_result','tool_use_id':'t3','content':[{'type':'text','text':'found'},{'type':'tool_reference','tool_name':'x'}]}"))
                .isEqualTo(
                        "{'role':'tool','tool_call_id':'t1','content':'These tools can be called now: mcp__a__b'},"
                                + "{'role':'tool','tool_call_id':'t2','content':'These tools can be called now: x, y'},"
                                + "{'role':'tool','tool_call_id':'t3','content':[{'type':'text','text':'found'},{'type':'text','text':'These tools can be called now: x'}]}");
    }

    @Test
    void aToolThatIsDeferredIsATool() {
        assertThat(
                        translated(
                                "'messages':[%s],'tools':[{'name':'x','input_schema':{},'defer_loading':true}]"
                                        .formatted(HELLO)))
                .endsWith("'tools':[{'type':'function','function':{'name':'x','parameters':{}}}]}");
    }

    @Test
    void whatTheAssistantDidIsOneMessage() {
        assertThat(
                        assistant(
                                "{'type':'thinking','thinking':'hm','signature':'x'},"
                                        + "{'type':'redacted_thinking','data':'x'},"
                                        + "{'type':'text','text':'I look.'},"
                                        + "{'type':'tool_use','id':'t1','name':'read','input':{'path': 'a\\\\b'}},"
                                        + "{'type':'tool_use','id':'t2','name':'now'}"))
                .isEqualTo(
                        "{'role':'assistant','content':'I look.','reasoning_content':'hm','tool_calls':["
                                + "{'id':'t1','type':'function','function':{'name':'read','arguments':'{\\'path\\': \\'a\\\\\\\\b\\'}'}},"
                                + "{'id':'t2','type':'function','function':{'name':'now','arguments':'{}'}}]}");
        assertThat(assistant("{'type':'tool_use','id':'t1','name':'now','input':{}}"))
                .isEqualTo(
                        "{'role':'assistant','content':null,'tool_calls':["
                                + "{'id':'t1','type':'function','function':{'name':'now','arguments':'{}'}}]}");
    }

    @Test
    void theSystemPromptComesFirst() {
        assertThat(translated("'messages':[" + HELLO + "],'system':'Be brief.'"))
                .isEqualTo(
                        "{'messages':[{'role':'system','content':'Be brief.'},{'role':'user','content':'hi'}]}");
        assertThat(
                        translated(
                                "'system':[{'type':'text','text':'a'},{'type':'text','text':'b','cache_control':{'type':'ephemeral'}}],'messages':["
                                        + HELLO
                                        + "]"))
                .startsWith(
                        "{'messages':[{'role':'system','content':[{'type':'text','text':'a'},{'type':'text','text':'b'}]},");
        assertThat(translated("'system':null,'messages':[" + HELLO + "]"))
                .isEqualTo("{'messages':[{'role':'user','content':'hi'}]}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'max_tokens':1024,'temperature':0.50,'top_p':1e0,'top_k':4 | 'max_tokens':1024,'temperature':0.50,'top_p':1e0,'top_k':4",
                "'stream':true,'stop_sequences':['a'] | 'stop':['a']",
                "'stop_sequences':null,'tools':[],'tool_choice':null,'metadata':null | ``",
                "'metadata':{'user_id':'u-1'} | 'user':'u-1'",
                "'thinking':{'type':'enabled','budget_tokens':2000},'new_thing':[1] | 'thinking':{'type':'enabled','budget_tokens':2000},'new_thing':[1]",
                "'cache_control':{'type':'ephemeral'},'mcp_servers':[],'container':null | ``",
                "'tool_choice':{'type':'auto'} | 'tool_choice':'auto'",
                "'tool_choice':{'type':'any','disable_parallel_tool_use':true} | 'tool_choice':'required','parallel_tool_calls':false",
                "'tool_choice':{'type':'none'} | 'tool_choice':'none'",
                "'tool_choice':{'name':'f','type':'tool','disable_parallel_tool_use':false} | 'tool_choice':{'type':'function','function':{'name':'f'}}",
                "'output_config':{'effort':'high','format':{'type':'json_schema','schema':{'type':'object'}}} | 'reasoning_effort':'high','response_format':{'type':'json_schema','json_schema':{'name':'answer','schema':{'type':'object'},'strict':true}}",
                "'output_format':{'type':'json_schema','schema':{}} | 'response_format':{'type':'json_schema','json_schema':{'name':'answer','schema':{},'strict':true}}",
                "'tools':[{'name':'f','input_schema':{'type':'object'},'description':'d','cache_control':{'type':'ephemeral'},'type':'custom','eager_input_streaming':true}] | 'tools':[{'type':'function','function':{'name':'f','parameters':{'type':'object'},'description':'d'},'eager_input_streaming':true}]",
            })
    void optionsGetOpenAisNames(String option, String expected) {
        String end = expected.isEmpty() ? "" : "," + expected;

        assertThat(translated("'messages':[" + HELLO + "]," + option))
                .isEqualTo("{'messages':[{'role':'user','content':'hi'}]" + end + "}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'model':'b','messages':[HI] | model: is there twice",
                "'messages':[] | messages: must be a list of at least one",
                "'messages':{} | messages: must be a list",
                "'messages':['hi'] | messages.0: must be an object",
                "'max_tokens':1 | messages: is missing",
                "'messages':[HI],'stream':1 | stream: must be true or false",
                "'messages':[HI],'dialect':'anthropic' | dialect: Culvert uses this name",
                "'messages':[{'content':'hi'}] | messages.0.role: is missing",
                "'messages':[{'role':'user'}] | messages.0.content: is missing",
                "'messages':[HI,{'role':'tool','content':'x'}] | messages.1.role: must be",
                "'messages':[HI,{'role':'user','content':'x','name':'y'}] | messages.1.name: cannot be passed on",
                "'messages':[{'role':'user','content':[]}] | messages.0.content: must not be empty",
                "'messages':[{'role':'user','content':1}] | messages.0.content: must be a string, or a list",
                "'messages':[{'role':'user','content':['x']}] | messages.0.content.0: must be an object",
                "'messages':[{'role':'user','content':[{'text':'x'}]}] | messages.0.content.0.type: is missing",
                "'messages':[{'role':'user','content':[{'type':'text'}]}] | messages.0.content.0.text: is missing",
                "'messages':[{'role':'user','content':[{'type':'text','text':1}]}] | messages.0.content.0.text: must be a string",
                "'messages':[{'role':'user','content':[{'type':'search_result'}]}] | messages.0.content.0.type: a block of type 'search_result' cannot be passed on",
                "'messages':[{'role':'assistant','content':[{'type':'server_tool_use'}]}] | messages.0.content.0.type: a block of type 'server_tool_use' cannot",
                "'messages':[{'role':'user','content':[{'type':'image','source':{'type':'file','file_id':'f'}}]}] | messages.0.content.0.source.type: must be 'base64' or 'url'",
                "'messages':[{'role':'user','content':[{'type':'image','source':{'type':'base64','data':'x'}}]}] | messages.0.content.0.source.media_type: is missing",
                "'messages':[{'role':'user','content':[{'type':'image'}]}] | messages.0.content.0.source: is missing",
                "'messages':[{'role':'user','content':[{'type':'document','source':{'type':'url','url':'u'}}]}] | messages.0.content.0.source.type: must be 'base64' or 'text'",
                "'messages':[{'role':'user','content':[{'type':'document','context':'c','source':{'type':'url','url':'u'}}]}] | messages.0.content.0.context: cannot be passed on",
                "'messages':[{'role':'user','content':[{'type':'document','citations':{'enabled':true},'source':{'type':'url','url':'u'}}]}] | messages.0.content.0.citations: the agent's runtime",
                "'messages':[{'role':'user','content':[{'type':'tool_result','content':'x'}]}] | messages.0.content.0.tool_use_id: is missing",
                "'messages':[{'role':'user','content':[{'type':'tool_result','tool_use_id':'t','content':[{'type':'video'}]}]}] | messages.0.content.0.content.0.type: a block of type 'video'",
                "'messages':[{'role':'user','content':[{'type':'tool_result','tool_use_id':'t','content':[{'type':'tool_reference'}]}]}] | messages.0.content.0.content.0.tool_name: is missing",
                "'messages':[{'role':'user','content':[{'type':'tool_result','tool_use_id':'t','content':[{'type':'tool_reference','tool_name':1}]}]}] | messages.0.content.0.content.0.tool_name: must be a string",
                "'messages':[{'role':'assistant','content':[{'type':'tool_use','name':'x'}]}] | messages.0.content.0.id: is missing",
                "'messages':[{'role':'assistant','content':[{'type':'tool_use','id':'x'}]}] | messages.0.content.0.name: is missing",
                "'messages':[HI],'metadata':{'more':1} | metadata.more: the agent's runtime has no such option",
                "'messages':[HI],'metadata':1 | metadata: must be an object",
                "'messages':[HI],'mcp_servers':[{'type':'url'}] | mcp_servers: the agent's runtime has no such option",
                "'messages':[HI],'container':'c' | container: the agent's runtime has no such option",
                "'messages':[HI],'tools':{} | tools: must be a list",
                "'messages':[HI],'tools':[1] | tools.0: must be an object",
                "'messages':[HI],'tools':[{'type':'web_search_20250305','name':'web_search'}] | tools.0.type: a tool of Anthropic's own (web_search_20250305) cannot",
                "'messages':[HI],'tools':[{'input_schema':{}}] | tools.0.name: is missing",
                "'messages':[HI],'tools':[{'name':'x'}] | tools.0.input_schema: is missing",
                "'messages':[HI],'tool_choice':'auto' | tool_choice: must be an object",
                "'messages':[HI],'tool_choice':{} | tool_choice.type: is missing",
                "'messages':[HI],'tool_choice':{'type':'tool'} | tool_choice.name: is missing",
                "'messages':[HI],'tool_choice':{'type':'some'} | tool_choice.type: must be 'auto'",
                "'messages':[HI],'tool_choice':{'type':'auto','more':1} | tool_choice.more: cannot be passed on",
                "'messages':[HI],'output_config':{'task_budget':{}} | output_config.task_budget: the agent's runtime",
                "'messages':[HI],'output_format':{'type':'xml'} | output_format: must have the type",
                "'messages':[HI],'system':[{'type':'image'}] | system.0.source: is missing",
                "'messages':[HI],'system':7 | system: must be a string, or a list",
            })
    void whatCannotBePassedOnIsRefusedByItsName(String members, String error) {
        assertThatThrownBy(() -> translated(members.replace("HI", HELLO)))
                .isInstanceOf(ProblemException.class)
                .hasMessageStartingWith(error);
    }

    @Test
    void theModelMustBeNamed() {
        ByteBuf body = Unpooled.copiedBuffer("{\"messages\":[" + HELLO + "]}", UTF_8);

        assertThatThrownBy(() ->
                        MessagesRequest.of(
                                JsonOutline.of(
                                        body, MessagesRequest.LIMITS, MessagesRequest.LEVELS)))
                .hasMessageStartingWith("model: is missing");
    }
}
