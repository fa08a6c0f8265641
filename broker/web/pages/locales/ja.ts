import { html } from 'hono/html';
import type { Words } from './en.ts';

export const ja: Words = {
  moment: { title: 'お待ちください…', text: 'サインインのページに移動します。', button: '続ける' },
  otherSite: {
    title: 'サインインに進む',
    text: '別のサイトのリンクからこのページが開かれました。サインインする場合は続けてください。',
    button: '続ける',
  },
  providers: {
    title: 'サインイン方法を選択',
    lead: '組織には複数のサインイン方法があります。',
    at: (provider) => html`${provider} でサインイン`,
    last: '前回使用',
  },
  code: {
    title: 'デバイスを接続',
    lead: 'デバイスに表示されているコードを入力してください。',
    label: 'コード',
    button: '続ける',
    malformed: 'コードは BCDF\u2060-\u2060GHJK のような英字 8 文字です。デバイスをもう一度ご確認ください。',
    wrong:
      'このコードで待機しているデバイスはありません。デバイスの表示と 1 文字ずつ比べてください。コードの有効期間は 10 分です。',
    signedInAs: (account) => html`${account} としてサインインしています。`,
    next: '次にサインインすると、デバイスが求めている内容が表示されます。',
    warning:
      'ご自分のデバイスにサインインする場合だけ続けてください。メールや電話でここへのコードの入力を求められることはありません。',
  },
  confirm: {
    device: 'このデバイスを許可しますか？',
    program: 'このプログラムを許可しますか？',
    question: (client) => html`${client} を許可しますか？`,
    code: (code) => html`コード ${code} が表示されているはずです。違うコードが表示されている場合は拒否してください。`,
    listens: (address) =>
      html`このコンピューターのプログラム (${address}) がサインインを求めています。ご自分で今起動した場合だけ許可してください。`,
    as: 'サインインするアカウント',
    you: 'あなた',
    notYou: '別の方ですか？',
    may: (resource) => html`${resource} でできること`,
    learn: 'あなたについてできること',
    stays: (days) => `サインインの有効期間は最長 ${days}です。アカウントのページでいつでも終了できます。`,
    request: 'リクエスト',
    began: (when, from) => html`${when}に ${from} から開始されました。`,
    unknownAddress: '不明なアドレス',
    sameNetwork: 'デバイスはこのブラウザーと同じネットワークにあります。',
    otherNetwork: 'デバイスはこのブラウザーとは別のネットワークにあります。手元にない場合は拒否してください。',
    allow: '許可',
    deny: '拒否',
    doubt: 'この操作を誰かに頼まれましたか？その人があなたになりすまそうとしている可能性があります。',
    report: '自分で始めたものではありません',
  },
  identity: {
    openid: '本人であることを確認する',
    profile: '名前を見る',
    email: 'メールアドレスを見る',
    groups: '所属グループを見る',
  },
  ends: {
    allowed: {
      title: 'デバイスにサインインしました',
      text: '数秒以内に、デバイス側で自動的に続行されます。このページは閉じてかまいません。',
    },
    denied: {
      title: 'サインインは行われませんでした',
      text: 'デバイスに通知しました。このページは閉じてかまいません。',
    },
    reported: {
      title: 'ありがとうございます。サインインは行われませんでした',
      text: 'リクエストは消去され、報告されました。コードやこのページへのリンクを誰かから受け取った場合は、返信せずに管理者に知らせてください。',
    },
    expired: {
      title: 'このコードは期限切れです',
      text: 'コードの有効期間は 10 分です。サインインは行われませんでした。デバイスで最初からやり直すと、新しいコードが表示されます。',
    },
    used: {
      title: 'このコードは使用済みです',
      text: 'すでに許可または拒否されているため、もう使えません。別のデバイスでサインインするには、そのデバイスで始めてください。専用のコードが表示されます。',
    },
    too_many: {
      title: '間違ったコードが多すぎます',
      text: 'コードの推測を防ぐため、1 時間は入力されたコードを確認しません。その後、デバイスで最初からやり直すと、新しいコードが表示されます。',
    },
    not_allowed: {
      title: 'お使いのアカウントではこのデバイスを利用できません',
      text: 'サインインは行われませんでした。利用できる人は管理者が決めています。',
    },
    signed_out: {
      title: 'サインアウトしました',
      text: '元のアプリからサインアウトしました。このページは閉じてかまいません。',
    },
    signed_out_everywhere: {
      title: 'すべての場所からサインアウトしました',
      text: 'すべてのブラウザーとデバイスで、もう一度サインインが必要です。このページは閉じてかまいません。',
    },
    gone: {
      title: 'このページは古くなっています',
      text: 'ここで行った選択は引き続き有効です。サインインしている場所は、アカウントのページで確認できます。',
    },
  },
  refused: {
    denied: {
      title: 'サインインできませんでした',
      text: (provider) =>
        html`${provider} がサインインを終了しました。ご自身でキャンセルした場合は、もう一度お試しください。そうでない場合は、お使いのアカウントに利用権限がない可能性があります。管理者に利用権限を依頼してください。`,
    },
    interaction: {
      title: 'サインインできませんでした',
      text: (provider) =>
        html`${provider} で、2 要素認証や新しいパスワードの設定などの操作が必要です。もう一度お試しになり、表示される手順を完了してください。`,
    },
    unavailable: {
      title: '今は処理できません',
      text: (provider) =>
        html`${provider} は現在サインインを処理できません。1 分ほど待ってから、もう一度お試しください。`,
    },
    setup: {
      title: 'サインインの設定に問題があります',
      text: (provider) =>
        html`${provider} がサインインのリクエストを受け付けません。再試行しても解決しません。管理者による修正が必要です。`,
    },
    so: {
      device: 'デバイスはサインインしていません。',
      program: 'アプリはサインインしていません。もう一度試すには、アプリに戻ってください。',
      everywhere: 'どこからもサインアウトしていません。',
    },
    again: 'もう一度試す',
  },
  next: { enterCode: 'コードを入力する', account: 'サインイン中の場所を見る', signIn: 'もう一度サインインする' },
  errors: {
    notFound: {
      title: 'ページが見つかりません',
      text: 'このアドレスには何もありません。入力を確認するか、こちらから続けてください。',
    },
    stale: {
      title: 'このページは古くなっています',
      text: '長く開いたままだったか、すでに使用されたか、別のブラウザーで開始されたか、ブラウザーが Cookie を送信しなかった可能性があります。何も変更されていません。最初からやり直してください。問題が続く場合は、このサイトの Cookie を許可してください。',
    },
    busy: {
      title: '今は処理できません',
      text: '1 分ほど待ってから、もう一度お試しください。問題が続く場合は、管理者に問い合わせてください。',
    },
    other: {
      title: 'うまくいきませんでした',
      text: '何も変更されていません。もう一度お試しください。再び発生する場合は、次の内容を管理者に伝えてください。',
    },
    request: 'リクエスト',
  },
  account: {
    title: 'サインイン中の場所',
    browsers: 'ブラウザー',
    devices: 'デバイスとプログラム',
    sites: 'サイト',
    none: 'ありません。',
    here: 'このブラウザー',
    signedIn: (when) => html`${when}にサインイン`,
    until: (day) => html`サインインの期限: ${day}`,
    lastUsed: (when) => html`最終使用: ${when}`,
    lastUsedFrom: (when, from) => html`最終使用: ${when}、${from} から`,
    notUsed: 'まだ使われていません',
    needsSignIn: 'もう一度サインインが必要です',
    allowedAt: (when) => html`${when}に許可`,
    allowedByOrganization: '組織が許可',
    refusedAt: (when) => html`${when}にブロック`,
    letAsk: 'ブロックを解除',
    signOutHere: 'このページからサインアウト',
    signOut: 'サインアウト',
    takeBack: 'アクセスを解除',
    rename: '名前を変更',
    name: '名前',
    everywhere: 'すべての場所からサインアウト',
    everywhereText:
      '上に表示されているすべてのブラウザーとデバイスからサインアウトします。ほかの人に操作されないよう、先にもう一度サインインしていただきます。',
  },
  activity: {
    title: '最近のアクティビティ',
    none: 'まだありません。',
    older: '以前のアクティビティを表示',
    notMe: '心当たりがない: サインアウト',
    unknown: 'ブラウザーまたはデバイス',
    kinds: {
      browser_signed_in: (it) => html`${it} がサインインしました`,
      page_signed_in: () => 'このアカウントページまたはデバイスページにサインインしました',
      device_signed_in: (it) => html`${it} がサインインしました`,
      device_denied: (it) => html`${it} のサインインを拒否しました`,
      device_reported: (it) => html`${it} のサインインを報告しました`,
      signed_out_everywhere: () => 'すべての場所からサインアウトしました',
      site_allowed: (it) => html`${it} を許可しました`,
      site_removed: (it) => html`${it} のアクセスを取り消しました`,
      site_blocked: (it) => html`${it} をブロックしました`,
      site_unblocked: (it) => html`${it} のブロックを解除しました`,
      code_failed: () => '間違ったデバイスコードが入力されました',
      session_misused: () => 'サインイン情報のコピーが使われそうになりましたが、ブロックしました。',
    },
    signedOut: {
      person: (it) => html`${it} からサインアウトしました`,
      organization: (it) => html`組織が ${it} をサインアウトさせました`,
      protection: (it) => html`安全のため ${it} をサインアウトさせました`,
    },
  },
  help: { title: 'お困りですか?', page: 'サポートを受ける', recovery: 'サインインできない場合' },
  justNow: '1 分以内',
};
