#!/bin/sh
# A model that serves one connection, which nc gives it as stdin and stdout. What the user says decides which tool it calls. Once it
# has a result it says so.
length=0
read -r method _ || exit 0 # the agent only looks whether it is there
while read -r line && line=${line%"$(printf '\r')"} && [ -n "$line" ]; do
    case $line in
        [Cc]ontent-[Ll]ength:*) length=${line#*: } ;;
    esac
done
answer() { printf 'HTTP/1.1 200 OK\r\ncontent-type: %s\r\nconnection: close\r\n\r\n%s' "$1" "$2"; }
[ "$method" = POST ] || { answer application/json '{"data":[]}'; exit; }
reason=tool_calls
case $(head -c "$length") in
    *'"role":"tool"'*) delta='{"content":"I have it."}' reason=stop ;;
    *'go slowly'*) name=run_command arguments='{\"argv\":[\"sh\",\"slow.sh\"]}' ;;
    *'ask first'*) name=run_command arguments='{\"argv\":[\"sh\",\"asked.sh\"]}' ;;
    *) name=look arguments='{}' ;;
esac
[ $reason = stop ] ||
    delta='{"tool_calls":[{"index":0,"id":"c1","type":"function","function":{"name":"'$name'","arguments":"'$arguments'"}}]}'
answer text/event-stream "data: {\"choices\":[{\"index\":0,\"delta\":$delta}]}

data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"$reason\"}]}

data: [DONE]

"
