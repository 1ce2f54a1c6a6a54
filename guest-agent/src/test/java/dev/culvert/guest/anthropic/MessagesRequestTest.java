package dev.culvert.guest.anthropic;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.guest.config.RuntimeKind;
import dev.culvert.guest.config.RuntimeRequests;
import dev.culvert.json.JsonText;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MessagesRequestTest {
    private static final RuntimeRequests DEFAULTS =
            new RuntimeRequests(RuntimeKind.ANTHROPIC, null, 4096, "2023-06-01", Set.of());

    private static final String HI = "'messages':[{'role':'user','content':'Hi'}]";
    private static final String HI_BLOCKS =
            "'messages':[{'role':'user','content':[{'type':'text','text':'Hi'}]}]";

    @Test
    void aPlainQuestionBecomesOneWithBlocksAndALimit() throws Exception {
        assertThat(translated("{'model':'m','stream':true," + HI + "}"))
                .isEqualTo(json("{'model':'m','max_tokens':4096," + HI_BLOCKS + ",'stream':true}"));
    }

    @Test
    void systemMessagesBecomeBlocksOfTheSystemWhereverTheyStand() throws Exception {
        assertThat(
                        messages(
                                "{'role':'system','content':'Be brief.'},"
                                        + "{'role':'user','content':'Hi'},"
                                        + "{'role':'developer','content':[{'type':'text','text':'In French.','cache_control':{'type':'ephemeral'}}]},"
                                        + "{'role':'assistant','content':''},"
                                        + "{'role':'user','content':[]}"))
                .isEqualTo(
                        json(
                                "'system':[{'type':'text','text':'Be brief.'},"
                                        + "{'type':'text','text':'In French.','cache_control':{'type':'ephemeral'}}],"
                                        + HI_BLOCKS));
    }

    @Test
    void roundsOfToolsKeepTheirOrderAndTheResultsOfOneRoundAreOneMessage() throws Exception {
        assertThat(
                        messages(
                                """
                                {'role':'user','content':'Read a and b'},
                                {'role':'assistant','content':'Reading.','tool_calls':[
                                  {'id':'t1','type':'function','function':{'name':'read','arguments':'{\\"path\\":\\"a\\\\n\\u00e9\\"}'}},
                                  {'id':'t2','type':'function','function':{'name':'read','arguments':''}}]},
                                {'role':'tool','tool_call_id':'t1','content':'A'},
                                {'role':'tool','tool_call_id':'t2','content':[{'type':'text','text':'B'}],'is_error':true},
                                {'role':'user','content':'And?'},
                                {'role':'assistant','content':null,'tool_calls':[
                                  {'id':'t3','function':{'name':'write','arguments':{'path':'c'}}}]},
                                {'role':'tool','tool_call_id':'t3','content':''}
                                """))
                .isEqualTo(
                        json(
                                "'messages':["
                                        + "{'role':'user','content':[{'type':'text','text':'Read a and b'}]},"
                                        + "{'role':'assistant','content':[{'type':'text','text':'Reading.'},"
                                        + "{'type':'tool_use','id':'t1','name':'read','input':{'path':'a\\n\u00e9'}},"
                                        + "{'type':'tool_use','id':'t2','name':'read','input':{}}]},"
                                        + "{'role':'user','content':[{'type':'tool_result','tool_use_id':'t1','content':[{'type':'text','text':'A'}]},"
                                        + "{'type':'tool_result','tool_use_id':'t2','content':[{'type':'text','text':'B'}],'is_error':true},"
                                        + "{'type':'text','text':'And?'}]},"
                                        + "{'role':'assistant','content':[{'type':'tool_use','id':'t3','name':'write','input':{'path':'c'}}]},"
                                        + "{'role':'user','content':[{'type':'tool_result','tool_use_id':'t3','content':[]}]}]"));
    }

    @Test
    void argumentsAreDecodedWithAllTheirEscapes() throws Exception {
        String text =
                "\\\\b\\\\f\\\\n\\\\r\\\\t\\\\/ \\u00e9 \\ud83d\\ude00 \\ud83d. \\ude00 "
                        + "x".repeat(3000);
        assertThat(
                        messages(
                                "{'role':'assistant','tool_calls':[{'id':'a','function':{'name':'f','arguments':'{\\'x\\':\\'"
                                        + text
                                        + "\\'}'}}]}"))
                .contains(
                        json(
                                "'input':{'x':'\\b\\f\\n\\r\\t\\/ \u00e9 \ud83d\ude00 \ufffd. \ufffd "
                                        + "x".repeat(3000)
                                        + "'}"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{'type':'image_url','image_url':{'url':'data:image/png;base64,iVBORw0=','detail':'low'}}"
                        + " |"
                        + " {'type':'image','source':{'type':'base64','media_type':'image/png','data':'iVBORw0='}}",
                "{'type':'image_url','image_url':{'url':'data:image\\/jpeg;x=y;base64,a\\/b'},'cache_control':{'type':'ephemeral'}}"
                        + " |"
                        + " {'type':'image','source':{'type':'base64','media_type':'image/jpeg','data':'a\\/b'},'cache_control':{'type':'ephemeral'}}",
                "{'type':'image_url','image_url':{'url':'https://example.com/a,b.png'}} |"
                        + " {'type':'image','source':{'type':'url','url':'https://example.com/a,b.png'}}",
                "{'type':'file','file':{'filename':'a.pdf','file_data':'data:application/pdf;base64,JVBE'}}"
                        + " |"
                        + " {'type':'document','source':{'type':'base64','media_type':'application/pdf','data':'JVBE'},'title':'a.pdf'}",
                "{'type':'document','source':{'type':'text','media_type':'text/plain','data':'x'}}"
                        + " |"
                        + " {'type':'document','source':{'type':'text','media_type':'text/plain','data':'x'}}"
            })
    void imagesAndFilesBecomeBlocks(String part, String block) throws Exception {
        assertThat(messages("{'role':'user','content':[" + part + "]}"))
                .isEqualTo(json("'messages':[{'role':'user','content':[" + block + "]}]"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "'tools':[{'type':'function','function':{'name':'f','description':'d','parameters':{'type':'object'},'strict':true}}]"
                        + " |"
                        + " 'tools':[{'name':'f','description':'d','input_schema':{'type':'object'},'strict':true}]",
                "'tools':[{'type':'function','function':{'name':'f','strict':false},'cache_control':{'type':'ephemeral'}}]"
                        + " |"
                        + " 'tools':[{'name':'f','input_schema':{'type':'object','properties':{}},'cache_control':{'type':'ephemeral'}}]",
                "'tools':[{'type':'web_search_20250305','name':'web_search'}] |"
                        + " 'tools':[{'type':'web_search_20250305','name':'web_search'}]",
                "'tools':[] | ~~",
                "'tool_choice':'auto' | 'tool_choice':{'type':'auto'}",
                "'tool_choice':'required' | 'tool_choice':{'type':'any'}",
                "'tool_choice':'none','parallel_tool_calls':false | 'tool_choice':{'type':'none'}",
                "'tool_choice':{'type':'function','function':{'name':'f'}},'parallel_tool_calls':false"
                        + " |"
                        + " 'tool_choice':{'type':'tool','name':'f','disable_parallel_tool_use':true}",
                "'tool_choice':{'type':'any'} | 'tool_choice':{'type':'any'}",
                "'parallel_tool_calls':true | ~~",
                "'parallel_tool_calls':false | ~~",
                "'stop':'END' | 'stop_sequences':['END']",
                "'stop':['a','b'] | 'stop_sequences':['a','b']",
                "'stop':null | ~~",
                "'user':'u1' | 'metadata':{'user_id':'u1'}",
                "'user':'u1','metadata':{'user_id':'u2'} | 'metadata':{'user_id':'u2'}",
                "'response_format':{'type':'text'} | ~~",
                "'response_format':{'type':'json_schema','json_schema':{'name':'x','schema':{'type':'object'}}}"
                        + " |"
                        + " 'output_config':{'format':{'type':'json_schema','schema':{'type':'object'}}}",
                "'reasoning_effort':'minimal' | 'output_config':{'effort':'low'}",
                "'reasoning_effort':'none' | ~~",
                "'n':1,'logprobs':false,'frequency_penalty':0,'presence_penalty':0.0,'logit_bias':{ }"
                        + " | ~~",
                "'stream_options':{'include_usage':true},'prompt_cache_key':'k' | ~~"
            })
    void optionsAreSaidInTheOthersWords(String option, String words) throws Exception {
        String more = words.isEmpty() ? "" : "," + words;
        assertThat(translated("{" + HI + "," + option + "}"))
                .isEqualTo(json("{'max_tokens':4096," + HI_BLOCKS + more + ",'stream':true}"));
    }

    @Test
    void whatBothHaveAndWhatNobodyKnowsPassesUnchanged() throws Exception {
        String options =
                "'temperature':0.70,'top_p':1e0,'thinking':{'type':'enabled','budget_tokens':1024},'x':[1, 2]";
        assertThat(translated("{" + options + "," + HI + "}"))
                .isEqualTo(
                        json(
                                "{"
                                        + options
                                        + ",'max_tokens':4096,"
                                        + HI_BLOCKS
                                        + ",'stream':true}"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "'max_tokens':7 | 7",
                "'max_completion_tokens':8 | 8",
                "'max_tokens':7,'max_completion_tokens':8 | 8",
                "'max_completion_tokens':8,'max_tokens':7 | 8",
                "'max_tokens':null | 4096"
            })
    void theLimitOfTheMessageCountsMoreThanTheAgents(String option, String limit) throws Exception {
        assertThat(translated("{" + option + "," + HI + "}"))
                .contains("\"max_tokens\":" + limit + ",");
    }

    @Test
    void membersThatTheRuntimeRefusesAreLeftOutWhereTheAgentIsToldSo() throws Exception {
        RuntimeRequests without =
                new RuntimeRequests(
                        RuntimeKind.ANTHROPIC,
                        null,
                        9,
                        "2026-10-21",
                        Set.of("temperature", "seed"));
        assertThat(translated("{'temperature':1,'seed':7," + HI + "}", without))
                .isEqualTo(json("{'max_tokens':9," + HI_BLOCKS + ",'stream':true}"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "'n':2 | 'n' is not possible",
                "'seed':7 | 'seed' is not possible",
                "'logit_bias':{'50256':-100} | 'logit_bias' is not possible",
                "'modalities':['text','audio'] | 'modalities' is not possible",
                "'response_format':{'type':'json_object'} | 'response_format' must be of the type"
                        + " text",
                "'response_format':{'type':'json_schema'} | 'response_format' must be",
                "'reasoning_effort':'much' | 'reasoning_effort' must be",
                "'reasoning_effort':'low','output_config':{} | 'output_config' cannot be combined"
                        + " with 'reasoning_effort'",
                "'stop':7 | 'stop' must be",
                "'tools':{'x':1} | 'tools' must be an array",
                "'tools':[{'type':'custom','custom':{'name':'x'}}] | 'tools[0].custom' is not"
                        + " possible",
                "'tools':[{'type':'function','function':{}}] | 'tools[0].function.name' must be a"
                        + " string",
                "'tool_choice':'some' | 'tool_choice' must be",
                "'tool_choice':{'type':'allowed_tools','allowed_tools':{}} | 'tool_choice' must be",
                "'tool_choice':{'type':'any'},'parallel_tool_calls':false | 'parallel_tool_calls'"
                        + " cannot be combined"
            })
    void whatCannotBeSaidIsRefusedByItsName(String option, String why) {
        assertThatThrownBy(() -> translated("{" + HI + "," + option + "}"))
                .isInstanceOf(UntranslatableException.class)
                .hasMessageContaining(why);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{'role':'narrator','content':'x'} | 'messages[0].role' must be",
                "{'content':'x'} | 'messages[0].role' must be",
                "{'role':'system','content':'x'} | 'messages' must contain words of the user",
                "{'role':'user','content':7} | 'messages[0].content' must be a string",
                "{'role':'user','content':['x']} | 'messages[0].content[0]' must be an object",
                "{'role':'user','content':[{'type':'text'}]} | 'messages[0].content[0].text' is"
                        + " missing",
                "{'role':'user','content':[{'type':'input_audio'}]} | 'messages[0].content[0]' is"
                        + " audio",
                "{'role':'user','content':[{'type':'image_url','image_url':{'url':'ftp://x'}}]} |"
                        + " 'messages[0].content[0].image_url' must be a data URL",
                "{'role':'user','content':[{'type':'image_url','image_url':{'url':'data:,x'}}]} |"
                        + " must be a data URL",
                "{'role':'user','content':[{'type':'file','file':{'file_id':'f'}}]} |"
                        + " 'messages[0].content[0].file.file_data' is missing",
                "{'role':'tool','content':'x'} | 'messages[0].tool_call_id' must be",
                "{'role':'assistant','function_call':{}} | 'messages[0].function_call' is out of"
                        + " date",
                "{'role':'assistant','tool_calls':[{'id':'a'}]} | 'messages[0].tool_calls[0]' must"
                        + " have",
                "{'role':'assistant','tool_calls':[{'id':'a','function':{'name':'f','arguments':'{'}}]}"
                        + " | 'messages[0].tool_calls[0].function.arguments' must be a string that"
                        + " contains a JSON object",
                "{'role':'assistant','tool_calls':[{'id':'a','function':{'name':'f','arguments':'[1]'}}]}"
                        + " | must be a string that contains a JSON object"
            })
    void aMessageThatCannotBeSaidIsRefusedByItsPlace(String message, String why) {
        assertThatThrownBy(() -> messages(message))
                .isInstanceOf(UntranslatableException.class)
                .hasMessageContaining(why);
    }

    @Test
    void whatIsInAnthropicsFormAlreadyKeepsEveryByte() throws Exception {
        String own =
                "'thinking':{ 'type':'adaptive' },'tools':[{'name':'f','input_schema':{}}],'metadata':{'user_id':'u'}";
        String conversation =
                "{'role':'user','content':[{'type':'text','text':'x','cache_control':{'type':'ephemeral'}}]}, "
                        + "{'role':'assistant','content':[{'type':'thinking','thinking':'t','signature':'s'},{'type':'tool_use','id':'a','name':'f','input':{ }}]}";
        assertThat(
                        translated(
                                "{'model':'m','dialect':'anthropic',"
                                        + own
                                        + ",'system':[{'type':'text','text':'S','cache_control':{'type':'ephemeral'}}],'stream':true,"
                                        + "'messages':[{'role':'system','content':'From the agent.'},"
                                        + conversation
                                        + "]}"))
                .isEqualTo(
                        json(
                                "{'model':'m',"
                                        + own
                                        + ",'max_tokens':4096,'system':[{'type':'text','text':'From the agent.'},"
                                        + "{'type':'text','text':'S','cache_control':{'type':'ephemeral'}}],"
                                        + "'messages':["
                                        + conversation
                                        + "],'stream':true}"));
    }

    @Test
    void versionAndBetasOfTheMessageBecomeHeaders() throws Exception {
        String body =
                "{'dialect':'anthropic','anthropic_version':'2026-10-21','anthropic_beta':'b,c',"
                        + HI
                        + "}";
        ByteBuf out = Unpooled.buffer();

        Map<String, String> headers =
                MessagesRequest.write(
                        utf8(body), out, DEFAULTS, Map.of("Anthropic-Beta", "a", "x-k", "v"));

        assertThat(headers)
                .containsEntry("anthropic-version", "2026-10-21")
                .containsEntry("anthropic-beta", "a,b,c")
                .containsEntry("x-k", "v");
        assertThat(out.toString(UTF_8)).doesNotContain("dialect", "anthropic_");
    }

    @Test
    void withoutAnyTheVersionIsTheAgents() throws Exception {
        assertThat(
                        MessagesRequest.write(
                                utf8("{" + HI + "}"), Unpooled.buffer(), DEFAULTS, Map.of()))
                .containsExactly(Map.entry("anthropic-version", "2023-06-01"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"7", "'a\\r\\nx: y'", "'\\u00e9'"})
    void aVersionThatIsNoHeaderIsRefused(String version) {
        assertThatThrownBy(() -> translated("{'anthropic_version':" + version + "," + HI + "}"))
                .isInstanceOf(UntranslatableException.class)
                .hasMessageContaining("'anthropic_version' cannot be sent");
    }

    private static String messages(String messages) throws Exception {
        String body = translated("{'messages':[" + messages + "]}");
        assertThat(body).startsWith("{\"max_tokens\":4096,").endsWith(",\"stream\":true}");
        return body.substring(
                "{\"max_tokens\":4096,".length(), body.length() - ",\"stream\":true}".length());
    }

    private static String translated(String body) throws Exception {
        return translated(body, DEFAULTS);
    }

    private static String translated(String body, RuntimeRequests defaults) throws Exception {
        ByteBuf out = Unpooled.buffer();
        MessagesRequest.write(utf8(body), out, defaults, Map.of());
        JsonText.checkObject(out);
        return out.toString(UTF_8);
    }

    private static ByteBuf utf8(String body) {
        return Unpooled.copiedBuffer(json(body), UTF_8);
    }

    private static String json(String single) {
        return single.replace('\'', '"');
    }
}
