#!/bin/bash
# A model that serves one connection, which systemd gives it as stdin and stdout (model.socket of run.sh): it calls the tool that
# /run/call names, and answers once it has a result.
length=0
read -r method _ || exit 0 # the agent only looks whether it is there
while read -r line && line=${line%$'\r'} && [ -n "$line" ]; do
    case ${line,,} in
        content-length:*) length=${line#*: } ;;
    esac
done
answer() { printf 'HTTP/1.1 200 OK\r\ncontent-type: %s\r\nconnection: close\r\n\r\n%s' "$1" "$2"; }
[ "$method" = POST ] || { answer application/json '{"data":[]}'; exit; }
body=$(head -c "$length")
case $body in
    *'"role":"tool"'*) delta='{"content":"done"}' reason=stop ;;
    *)
        { read -r tool && read -r arguments; } < /run/call
        arguments=${arguments//\\/\\\\}
        function='{"name":"'$tool'","arguments":"'${arguments//\"/\\\"}'"}'
        delta='{"tool_calls":[{"index":0,"id":"c1","type":"function","function":'$function'}]}' reason=tool_calls
        ;;
esac
answer text/event-stream "data: {\"choices\":[{\"index\":0,\"delta\":$delta}]}

data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"$reason\"}]}

data: [DONE]

"
