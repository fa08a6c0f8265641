-- The action lua.latchkey: asks the broker to authorize the request by the given rules.
-- On 200 it adds the identity to the request. 401 and 403 go to the client; everything else becomes 503.

local verify = "http://127.0.0.1:8787/verify?"
-- For one attempt. HAProxy makes four before it gives up (from 2.8 on `httpclient.retries` says how many).
local timeout_ms = 1500

-- The only client headers that the broker needs.
local asked = { "authorization", "dpop", "origin" }
local identity = { "x-latchkey-subject", "x-latchkey-client", "x-latchkey-scope", "x-latchkey-groups" }
local refusal = {
  "content-type", "www-authenticate", "dpop-nonce", "access-control-allow-origin", "access-control-expose-headers",
}

local function question(txn)
  local headers = {
    ["x-forwarded-method"] = { txn.sf:method() },
    ["x-forwarded-proto"] = { txn.f:ssl_fc() == 1 and "https" or "http" },
    ["x-forwarded-host"] = { txn.sf:req_hdr("host") },
    ["x-forwarded-uri"] = { txn.sf:pathq() },
    ["x-forwarded-for"] = { txn.sf:src() },
  }
  local given = txn.http:req_get_headers()
  for _, name in ipairs(asked) do
    if given[name] then headers[name] = { given[name][0] } end
  end
  return headers
end

local function answer(txn, status, headers, body)
  local reply = txn:reply({ status = status })
  for name, value in pairs(headers) do reply:add_header(name, value) end
  reply:set_body(body)
  txn:done(reply)
end

core.register_action("latchkey", { "http-req" }, function(txn, rules)
  local asked_ok, response = pcall(function()
    return core.httpclient():get({ url = verify .. rules, headers = question(txn), timeout = timeout_ms })
  end)
  local status = asked_ok and response and response.status or 0
  if status == 200 then
    for _, name in ipairs(identity) do
      local value = response.headers[name]
      if value then txn.http:req_set_header(name, value[0]) end
    end
  elseif status == 401 or status == 403 then
    local headers = {}
    for _, name in ipairs(refusal) do
      local value = response.headers[name]
      if value then headers[name] = value[0] end
    end
    answer(txn, status, headers, response.body or "")
  else
    answer(txn, 503, { ["retry-after"] = "2", ["content-type"] = "application/json" },
      '{"error":"temporarily_unavailable","error_description":"the token cannot be checked: try again"}')
  end
end, 1)
