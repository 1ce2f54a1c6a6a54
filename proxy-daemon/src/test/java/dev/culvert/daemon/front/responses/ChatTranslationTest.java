package dev.culvert.daemon.front.responses;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.culvert.daemon.http.ProblemException;
import dev.culvert.json.JsonOutline;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an agent is sent for a request; single quotes stand for double ones. */
class ChatTranslationTest {
    private Set<String> ignored = Set.of();

    private String chat(String members) {
        ByteBuf body =
                Unpooled.copiedBuffer(("{'model':'a'," + members + "}").replace('\'', '"'), UTF_8);
        ByteBuf out = Unpooled.buffer();
        ignored =
                ChatTranslation.write(
                        new ResponseRequest(
                                JsonOutline.of(
                                        body, ResponseRequest.LIMITS, ResponseRequest.LEVELS)),
                        out);
        String chat = out.toString(UTF_8).replace('"', '\'');
        String usage = "{'stream_options':{'include_usage':true},";
        assertThat(chat).startsWith(usage);
        return chat.substring(usage.length(), chat.length() - 1);
    }

    private String messages(String items) {
        String chat = chat("'input':[" + items + "]");
        assertThat(chat).startsWith("'messages':[").endsWith("]");
        return chat.substring("'messages':[".length(), chat.length() - 1);
    }

    @Test
    void aTextIsAMessageOfTheUserAndInstructionsComeBeforeIt() {
        assertThat(chat("'input':'h\\u0069','instructions':'Be brief.'"))
                .isEqualTo(
                        "'messages':[{'role':'system','content':'Be brief.'},{'role':'user','content':'h\\u0069'}]");
    }

    @Test
    void messagesOfAllRolesArePassedOn() {
        assertThat(
                        messages(
                                "{'role':'developer','content':'d'},{'type':'message','role':'system','content':[{'type':'input_text','text':'s'}]},{'role':'user','content':[{'type':'input_text','text':'a'},{'type':'input_text','text':'b'}]}"))
                .isEqualTo(
                        "{'role':'system','content':'d'},{'role':'system','content':'s'},{'role':'user','content':[{'type':'text','text':'a'},{'type':'text','text':'b'}]}");
    }

    @Test
    void imagesAndFilesArePassedOn() {
        assertThat(
                        messages(
                                "{'role':'user','content':[{'type':'input_image','image_url':'data:image/png;base64,AA','detail':'low'},{'type':'input_file','filename':'f','file_data':'data:x;base64,AA'}]}"))
                .isEqualTo(
                        "{'role':'user','content':[{'type':'image_url','image_url':{'url':'data:image/png;base64,AA','detail':'low'}},{'type':'file','file':{'filename':'f','file_data':'data:x;base64,AA'}}]}");
    }

    @Test
    void whatTheAssistantThoughtSaidAndCalledIsOneMessageBeforeTheResults() {
        assertThat(
                        messages(
                                "{'type':'reasoning','id':'rs','summary':[{'type':'summary_text','text':'hm'}]},"
                                        + "{'type':'message','id':'m','status':'completed','role':'assistant','content':[{'type':'output_text','text':'I ','annotations':[]},{'type':'output_text','text':'look.'}]},"
                                        + "{'type':'function_call','id':'f','call_id':'c1','name':'read','arguments':'{}'},"
                                        + "{'type':'function_call','call_id':'c2','name':'ls','arguments':'{}'},"
                                        + "{'type':'function_call_output','call_id':'c1','output':'1'},"
                                        + "{'type':'function_call_output','call_id':'c2','output':[{'type':'input_text','text':'2'}]}"))
                .isEqualTo(
                        "{'role':'assistant','content':'I look.','reasoning_content':'hm','tool_calls':["
                                + "{'id':'c1','type':'function','function':{'name':'read','arguments':'{}'}},"
                                + "{'id':'c2','type':'function','function':{'name':'ls','arguments':'{}'}}]},"
                                + "{'role':'tool','tool_call_id':'c1','content':'1'},"
                                + "{'role':'tool','tool_call_id':'c2','content':'2'}");
    }

    @Test
    void aCallWithoutATextHasNoContentAndATextAfterATextIsAMessageOfItsOwn() {
        String call = "{'type':'function_call','call_id':'c','name':'f','arguments':'{}'}";
        String says = "{'role':'assistant','content':'%s'}";
        assertThat(messages(call))
                .isEqualTo(
                        "{'role':'assistant','content':null,'tool_calls':[{'id':'c','type':'function','function':{'name':'f','arguments':'{}'}}]}");
        assertThat(messages(says.formatted("a") + "," + says.formatted("b")))
                .isEqualTo(says.formatted("a") + "," + says.formatted("b"));
        assertThat(messages(says.formatted("a") + "," + call + "," + says.formatted("b")))
                .startsWith("{'role':'assistant','content':'a\\n\\nb','tool_calls':[");
    }

    @Test
    void functionsAndTheChoiceAmongThemArePassedOn() {
        String tools =
                "'tools':[{'type':'function','name':'f','description':'d','parameters':{'type':'object'},'strict':null}]";
        String written =
                "'tools':[{'type':'function','function':{'name':'f','description':'d','parameters':{'type':'object'}}}]";
        assertThat(
                        chat(
                                "'input':'x',"
                                        + tools
                                        + ",'tool_choice':'required','parallel_tool_calls':false"))
                .endsWith(written + ",'tool_choice':'required','parallel_tool_calls':false");
        assertThat(chat("'input':'x'," + tools + ",'tool_choice':{'type':'function','name':'f'}"))
                .endsWith(written + ",'tool_choice':{'type':'function','function':{'name':'f'}}");
        assertThat(chat("'input':'x','tools':[],'tool_choice':'auto','parallel_tool_calls':true"))
                .isEqualTo("'messages':[{'role':'user','content':'x'}]");
    }

    @Test
    void functionsOfANamespaceHaveItsNameBeforeTheirs() {
        String tools =
                "'tools':[{'type':'namespace','name':'mcp__c','description':'d','tools':[{'type':'function','name':'f','strict':false},{'type':'function','name':'g'}]},{'type':'function','name':'h'}]";
        assertThat(chat("'input':'x'," + tools))
                .endsWith(
                        ",'tools':[{'type':'function','function':{'name':'mcp__c__f','strict':false}},{'type':'function','function':{'name':'mcp__c__g'}},{'type':'function','function':{'name':'h'}}]");
        assertThat(ignored).containsExactly("tools.namespace.description");
        assertThat(
                        chat(
                                "'input':[{'type':'function_call','call_id':'i','namespace':'mcp__c','name':'f','arguments':'{}'}]"))
                .contains("'function':{'name':'mcp__c__f','arguments':'{}'}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "'max_output_tokens':9 | 'max_tokens':9",
                "'temperature':0.50,'top_p':1e0 | 'temperature':0.50,'top_p':1e0",
                "'text':{'format':{'type':'text'}},'user':null | ''",
                "'text':{'format':{'type':'json_object'},'verbosity':'low'} | 'response_format':{'type':'json_object'},'verbosity':'low'",
                "'text':{'format':{'type':'json_schema','name':'n','schema':{},'strict':true}} | 'response_format':{'type':'json_schema','json_schema':{'name':'n','schema':{},'strict':true}}",
                "'reasoning':{'effort':'low'} | 'reasoning_effort':'low'",
                "'seed':7,'service_tier':'auto' | 'seed':7,'service_tier':'auto'",
            })
    void optionsHaveTheNamesOfChat(String members, String chat) {
        String expected = chat.equals("''") ? "" : "," + chat;
        assertThat(chat("'input':'x'," + members))
                .isEqualTo("'messages':[{'role':'user','content':'x'}]" + expected);
        assertThat(ignored).isEmpty();
    }

    @Test
    void whatOnlyAsksForAQualityIsLeftOutAndNamed() {
        assertThat(
                        chat(
                                "'input':'x','include':['reasoning.encrypted_content'],'prompt_cache_key':'k','client_metadata':{'a':'b'},'reasoning':{'summary':'auto'},'truncation':'auto','store':false,'metadata':{}"))
                .isEqualTo("'messages':[{'role':'user','content':'x'}]");
        assertThat(ignored)
                .containsExactly(
                        "client_metadata",
                        "include",
                        "prompt_cache_key",
                        "reasoning.summary",
                        "truncation");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "'input':'x','tools':[{'type':'function','name':'f'},{'type':'web_search'}] | tools[1].type | web_search = \"disabled\" in config.toml",
                "'input':'x','tools':[{'type':'namespace','name':'n'}] | tools[0].tools | is missing",
                "'input':'x','tools':[{'type':'namespace','name':'n','tools':[]}] | tools[0].tools | leave the namespace out",
                "'input':'x','tools':[{'type':'namespace','name':'a b','tools':[]}] | tools[0].name | letters",
                "'input':'x','tools':[{'type':'namespace','name':'n','tools':[{'type':'custom'}]}] | tools[0].tools[0].type | describe it as a function",
                "'input':'x','tools':[{'type':'custom','name':'n'}] | tools[0].type | describe it as a function",
                "'input':'x','tools':[{'type':'function'}] | tools[0].name | is missing",
                "'input':'x','tool_choice':{'type':'allowed_tools'} | tool_choice.type | send only those in 'tools'",
                "'input':'x','tool_choice':'some' | tool_choice | must be",
                "'input':'x','conversation':'c' | conversation | previous_response_id",
                "'input':'x','prompt':{'id':'p'} | prompt | leave it out",
                "'input':'x','include':['message.output_text.logprobs'] | include[0] | leave it out",
                "'input':'x','messages':[] | messages | /v1/chat/completions",
                "'input':'x','dialect':'anthropic' | dialect | Culvert uses",
                "'input':'x','top_logprobs':3 | top_logprobs | no probabilities",
                "'input':'x','text':{'format':{'type':'grammar'}} | text.format.type | json_schema",
                "'input':'x','reasoning':{'other':1} | reasoning.other | leave it out",
                "'input':'x','background':'yes' | background | true or false",
                "'input':'x','input':'y' | input | twice",
                "'stream':true | input | is missing",
                "'input':3 | input | must be a string",
                "'input':[] | input | is empty",
                "'input':[3] | input[0] | must be an object",
                "'input':[{'type':'item_reference','id':'i'}] | input[0].type | send the item itself",
                "'input':[{'type':'web_search_call'}] | input[0].type | Leave the item out",
                "'input':[{'role':'robot','content':'x'}] | input[0].role | must be",
                "'input':[{'role':'user'}] | input[0].content | is missing",
                "'input':[{'role':'user','content':[{'type':'input_audio'}]}] | input[0].content[0].type | Leave the part out",
                "'input':[{'role':'user','content':[{'type':'input_image','file_id':'f'}]}] | input[0].content[0].file_id | send the content itself",
                "'input':[{'type':'function_call','call_id':'c','name':'f','arguments':{}}] | input[0].arguments | must be a string",
            })
    void whatARuntimeCannotDoIsRefusedByName(String members, String param, String advice) {
        assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(() -> chat(members))
                .satisfies(e -> {
                    assertThat(e.problem().status().code()).isEqualTo(400);
                    assertThat(e.problem().members()).containsEntry("param", param);
                    assertThat(e.problem().error()).contains("'" + param + "'").contains(advice);
                });
    }
}
